// Every check between a decision and an action, with its answer for this instance or host.
import type { WhyView } from '@gleaner/model'
import { Mark } from '../parts/mark.tsx'
import { Panel } from '../parts/panel.tsx'
import { Verdict } from '../parts/verdict.tsx'

export function GatePanel({ checks }: { readonly checks: WhyView['gate'] }) {
  if (checks.length === 0) return null
  const against = checks.filter(({ passed }) => !passed).length
  return (
    <Panel title="The gate" aside={against === 0 ? 'all checks pass' : `${against} of ${checks.length} against it`}>
      <table className="g-table">
        <caption className="g-hidden">Checks before the step</caption>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Answer</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {checks.map(({ check, passed, verdict }) => (
            <tr key={check}>
              <td className="g-nowrap">{check}</td>
              <td className="g-nowrap">
                {passed ? <Mark shape="dot" tone="good" /> : <Mark shape="bars" tone="warning" />}
                {passed ? 'passes' : 'holds back'}
              </td>
              <td>
                <Verdict verdict={verdict} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
