// What happens next: the proposals nearest to acting, those that are alike in one line.
import { nextChanges } from '@gleaner/model'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { ProposalStateWord } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { count } from '../words/quantity.ts'

const shown = 5

export function ChangesNext() {
  const plan = useApi('getPlan', {})
  return (
    <Panel title="What changes next" aside={<Link href="/plan">The plan</Link>}>
      <Answer read={plan} height="190px" what="the plan">
        {({ proposals }) => {
          const changes = nextChanges(proposals)
          const more = changes.slice(shown).reduce((sum, change) => sum + change.count, 0)
          if (changes.length === 0) {
            return (
              <p className="g-quiet">
                Nothing. As soon as a <Link href="/rules">rule</Link> matches an instance, it stands here with its
                reason, before anything is done.
              </p>
            )
          }
          return (
            <ul className="g-list">
              {changes.slice(0, shown).map(({ first: proposal, count: all }) => (
                <li key={proposal.id} className="g-next">
                  <span>
                    {actionWord[proposal.action].verb} <TargetLink target={proposal.target} />
                    {all > 1 && (
                      <>
                        {' and '}
                        <Link href="/plan">{count(all - 1)} more</Link>
                      </>
                    )}
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
              {more > 0 && (
                <li>
                  <Link href="/plan">{count(more)} more</Link>
                </li>
              )}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}
