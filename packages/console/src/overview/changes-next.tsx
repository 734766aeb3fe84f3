// What happens next: the proposals nearest to acting.
import { openProposalStates, type ProposalView } from '@gleaner/model'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { ProposalStateWord } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { count } from '../words/quantity.ts'

const nearest: readonly ProposalView['state'][] = [
  'acting',
  'due',
  'notified',
  'held',
  'awaiting-approval',
  'confirming',
  'observed',
]

export function ChangesNext() {
  const plan = useApi('getPlan', {})
  return (
    <Panel title="What changes next" aside={<Link href="/plan">The plan</Link>}>
      <Answer read={plan} height="190px" what="the plan">
        {({ proposals }) => {
          const open = proposals
            .filter(({ state }) => openProposalStates.includes(state))
            .toSorted(
              (a, b) =>
                nearest.indexOf(a.state) - nearest.indexOf(b.state) || (a.dueAt ?? '').localeCompare(b.dueAt ?? ''),
            )
          if (open.length === 0) {
            return (
              <p className="g-quiet">
                Nothing. As soon as a <Link href="/rules">rule</Link> matches an instance, it stands here with its
                reason, before anything is done.
              </p>
            )
          }
          return (
            <ul className="g-list">
              {open.slice(0, 5).map((proposal) => (
                <li key={proposal.id} className="g-next">
                  <span className="g-cut">
                    {actionWord[proposal.action].verb} <TargetLink target={proposal.target} />
                    <span className="g-quiet"> · {proposal.cause}</span>
                  </span>
                  <span className="g-nowrap">
                    {proposal.dueAt === undefined ? (
                      <ProposalStateWord state={proposal.state} />
                    ) : (
                      <RelativeTime at={proposal.dueAt} />
                    )}
                  </span>
                </li>
              ))}
              {open.length > 5 && (
                <li>
                  <Link href="/plan">{count(open.length - 5)} more</Link>
                </li>
              )}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}
