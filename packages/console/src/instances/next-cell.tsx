// The next thing that will happen to an instance, or what keeps it from happening.
import type { InstanceView, ProposalState } from '@gleaner/model'
import { ProposalStateWord } from '../parts/marked.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'

export function NextCell({ instance: { next, heldUntil, protectedBy } }: { readonly instance: InstanceView }) {
  if (next !== undefined) {
    return (
      <span title={next.sentence}>
        {actionWord[next.action].verb.toLowerCase()}{' '}
        {next.dueAt === undefined ? (
          <>
            · <ProposalStateWord state={next.state as ProposalState} />
          </>
        ) : (
          <RelativeTime at={next.dueAt} />
        )}
      </span>
    )
  }
  if (heldUntil !== undefined) {
    return (
      <span className="g-quiet">
        left alone for <RelativeTime at={heldUntil} bare />
      </span>
    )
  }
  return <span className="g-quiet">{protectedBy === undefined ? '' : 'protected'}</span>
}
