// Why everything else is left alone, and what was cancelled in the last cycle.
import { type PlanView, type ReasonCode, reasonCodes } from '@gleaner/model'
import { Panel } from '../parts/panel.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { actionWord } from '../words/action-words.ts'
import { count } from '../words/quantity.ts'

export function Reasons({ plan }: { readonly plan: PlanView }) {
  const rows = Object.entries(plan.reasons).toSorted((a, b) => b[1] - a[1])
  return (
    <div className="g-columns">
      <Panel title="What kept the others">
        {rows.length === 0 ? (
          <p className="g-quiet">No rule looked at an instance in the last cycle.</p>
        ) : (
          <table className="g-table">
            <caption className="g-hidden">Reasons given in the last cycle</caption>
            <thead>
              <tr>
                <th scope="col" className="g-right">
                  Times
                </th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([code, times]) => (
                <tr key={code}>
                  <td className="g-right g-num">{count(times)}</td>
                  <td>{reasonCodes[code as ReasonCode] ?? code}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      <Panel title="Cancelled in the last cycle">
        {plan.ended.length === 0 ? (
          <p className="g-quiet">None. A proposal is cancelled when its reason goes away or a stronger claim wins.</p>
        ) : (
          <ul className="g-list">
            {plan.ended.slice(0, 20).map((p) => (
              <li key={p.id}>
                {actionWord[p.action].verb.toLowerCase()} <TargetLink target={p.target} />
                <span className="g-quiet"> · {p.verdict.sentence}</span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  )
}
