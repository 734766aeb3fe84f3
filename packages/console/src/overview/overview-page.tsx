// The first page: what there is, what is left over, what changes next, what needs a person, what was gained.
import { useStatus } from '../api/use-status.ts'
import { LedgerBar } from '../ledger/ledger-bar.tsx'
import { resources } from '../ledger/resources.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'
import { ChangesNext } from './changes-next.tsx'
import { GainedToday } from './gained-today.tsx'
import { NeedsYou } from './needs-you.tsx'
import './overview.css'
import { PastDay } from './past-day.tsx'
import { Seen } from './seen.tsx'

export function OverviewPage() {
  const status = useStatus()
  return (
    <>
      <PageHead title="Overview" lead={<Seen />} />
      <div className="g-stack">
        <Panel
          title="Where the capacity is"
          aside={
            status.data?.ledger && (
              <>
                {counted(status.data.ledger.measuredHosts, 'host')} of {status.data.ledger.hosts} measured
                {status.data.ledger.at !== undefined && (
                  <>
                    {' · '}
                    <RelativeTime at={status.data.ledger.at} />
                  </>
                )}
              </>
            )
          }
        >
          <Answer read={status} height="276px" what="the ledger">
            {({ ledger }) =>
              ledger === undefined ? (
                <Empty title="No cloud has been read yet">
                  The ledger appears with the first complete reading. It shows what the hosts have, what firm instances
                  need at their peak, and what is left over.
                </Empty>
              ) : (
                resources.map((resource) => (
                  <LedgerBar
                    key={resource.key}
                    resource={resource}
                    line={ledger[resource.key]}
                    hrefOf={(segment) => `/hosts?resource=${resource.key}&by=${segment}`}
                  />
                ))
              )
            }
          </Answer>
        </Panel>
        <div className="g-columns">
          <ChangesNext />
          <NeedsYou />
          <GainedToday />
        </div>
        <PastDay />
      </div>
    </>
  )
}
