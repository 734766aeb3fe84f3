// Preemption: how it stands, which decisions are under way or were made, who was evicted and why, and how likely an instance
// survives on each host.
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { useUrlState } from '../parts/use-url-state.ts'
import { DecisionDialog } from './decision-dialog.tsx'
import { Decisions } from './decisions.tsx'
import { Evictions } from './evictions.tsx'
import { Forecast } from './forecast.tsx'
import { Lending } from './lending.tsx'
import { Preemptible } from './preemptible.tsx'
import { Standing } from './standing.tsx'
import './preemption.css'

export function PreemptionPage() {
  const url = useUrlState()
  const standing = useApi('getPreemption', {}, { keepPrevious: true })
  const id = url.get('decision')
  const open = (decision: string) => url.set({ decision })
  return (
    <>
      <PageHead
        title="Preemption"
        lead="Preemptible instances fill free room. When a firm request fits nowhere, the fewest of them that make room are told, have their notice, leave, and come back."
      />
      <div className="g-stack">
        <Answer read={standing} height="120px" what="how preemption stands">
          {(view) => (
            <div className="g-stack">
              <Standing view={view} />
              {view.lending.length > 0 && <Lending rows={view.lending} />}
            </div>
          )}
        </Answer>
        <Decisions onOpen={open} />
        <Evictions onOpen={open} />
        <Answer read={standing} height="200px" what="the forecast">
          {(view) => <Forecast rows={view.forecast} />}
        </Answer>
        <Preemptible />
      </div>
      {id !== undefined && <DecisionDialog id={id} onClose={() => url.set({ decision: undefined })} />}
    </>
  )
}
