// A person's word that binds Gleaner until a stated time, and the way to take it back.
import type { HoldView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

const kindWord: Readonly<Record<HoldView['kind'], string>> = {
  keep: 'Kept',
  'person-acted': 'Changed by hand',
  veto: 'Refused',
  'cool-down': 'Left alone after the last action',
}

export function HoldsPanel({ holds }: { readonly holds: readonly HoldView[] }) {
  const release = useAct('releaseHold', ['whyInstance', 'whyHost', 'listInstances'])
  const may = useMay('member')
  if (holds.length === 0) return null
  return (
    <ul className="g-list">
      {holds.map(({ id, kind, until, by, reason }) => (
        <li key={id} className="g-row">
          <span>
            {kindWord[kind]} by {by}, ends <RelativeTime at={until} />
            {reason !== '' && <span className="g-quiet"> · {reason}</span>}
          </span>
          {may && (
            <Button
              variant="link"
              isInline
              isLoading={release.isPending}
              onClick={() => release.mutate({ params: { id } })}
            >
              End it now
            </Button>
          )}
        </li>
      ))}
      {release.error !== null && <ErrorNote error={release.error} />}
    </ul>
  )
}
