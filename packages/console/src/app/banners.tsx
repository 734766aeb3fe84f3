// One line above the page when something holds for all of it: paused, not ready, not reachable, or only observing.
import { Button } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useStatus } from '../api/use-status.ts'
import { useMay, useWho } from '../api/use-who.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { Mark } from '../parts/mark.tsx'

export function Banners() {
  const status = useStatus()
  const setMode = useAct('setMode', ['getStatus', 'getPlan'])
  const may = useMay('operator')
  const who = useWho()
  const { data } = status
  if (status.isError) {
    return (
      <div className="g-banner g-banner--danger" role="alert">
        <span>
          <Mark shape="triangle" tone="danger" />
          {status.error.detail} {status.error.remedy}
          {data !== undefined && ' What you see is the last that was read.'}
        </span>
      </div>
    )
  }
  if (who?.endsSoon === true && who.endsAt !== undefined) {
    return (
      <div className="g-banner g-banner--warning">
        <span>
          <Mark shape="triangle" tone="warning" />
          Your certificate ends <RelativeTime at={who.endsAt} />. Renew it: a new one for the same name lets you in as
          before.
        </span>
      </div>
    )
  }
  if (data === undefined) return null
  if (!data.ready) {
    return (
      <div className="g-banner">
        <span>
          <Mark shape="ring" tone="accent" />
          Starting: {data.starting ?? 'reading the clouds'}. Nothing is acted upon until all of it is there.
        </span>
      </div>
    )
  }
  if (data.paused !== undefined) {
    return (
      <div className="g-banner g-banner--warning">
        <span>
          <Mark shape="bars" tone="warning" />
          Everything is paused{data.paused.reason === '' ? '' : `: ${data.paused.reason}`}. Nothing is acted upon.
        </span>
      </div>
    )
  }
  if (data.modes.every(({ mode }) => mode === 'observe' || mode === 'off')) {
    const idleness = data.modes.find(({ capability, source }) => capability === 'idleness' && source !== 'file')
    return (
      <div className="g-banner">
        <span>
          <Mark shape="ring" tone="accent" />
          Everything is in <strong>observe</strong>: nothing is done; the <Link href="/plan">plan</Link> shows what
          would be.
        </span>
        {idleness !== undefined && may && (
          <Button
            variant="link"
            isInline
            isLoading={setMode.isPending}
            onClick={() => setMode.mutate({ params: { capability: 'idleness' }, body: { mode: 'advise' } })}
          >
            Let idleness propose, for you to approve
          </Button>
        )}
      </div>
    )
  }
  return null
}
