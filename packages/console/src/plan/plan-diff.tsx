// What changed since the plan before.
import type { ProposalView } from '@gleaner/model'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { actionWord } from '../words/action-words.ts'
import { proposalStateWord } from './state-words.ts'

const most = 20

export function PlanDiff() {
  const diff = useApi('diffPlan', {})
  return (
    <Panel title="Since the plan before">
      <Answer read={diff} height="60px" what="the difference">
        {({ added, removed, changed }) => {
          if (added.length + removed.length + changed.length === 0) {
            return <p className="g-quiet">Nothing changed.</p>
          }
          return (
            <table className="g-table">
              <caption>
                {added.length} new, {changed.length} changed, {removed.length} gone
              </caption>
              <tbody>
                {added.slice(0, most).map((p) => (
                  <Change key={p.id} sign="+" word="new" proposal={p} note={p.verdict.sentence} />
                ))}
                {changed.slice(0, most).map(({ before, after }) => (
                  <Change
                    key={after.id}
                    sign="~"
                    word="changed"
                    proposal={after}
                    note={`${proposalStateWord[before.state]} → ${proposalStateWord[after.state]}. ${after.verdict.sentence}`}
                  />
                ))}
                {removed.slice(0, most).map((p) => (
                  <Change key={p.id} sign="−" word="gone" proposal={p} note={p.verdict.sentence} />
                ))}
              </tbody>
            </table>
          )
        }}
      </Answer>
    </Panel>
  )
}

interface ChangeProps {
  readonly sign: string
  readonly word: string
  readonly proposal: ProposalView
  readonly note: string
}

function Change({ sign, word, proposal, note }: ChangeProps) {
  return (
    <tr>
      <td className="g-nowrap">
        <span className="g-mono" aria-hidden="true">
          {sign}
        </span>{' '}
        {word}
      </td>
      <td className="g-nowrap">
        {actionWord[proposal.action].verb.toLowerCase()} <TargetLink target={proposal.target} />
      </td>
      <td className="g-quiet">{note}</td>
    </tr>
  )
}
