// One proposal: what, to what, why, what stands against it, what it gives back, when.
import type { ProposalView } from '@gleaner/model'
import { ProposalStateWord } from '../parts/marked.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { GivesBack } from './gives-back.tsx'

interface ProposalCardProps {
  readonly proposal: ProposalView
  readonly chosen: boolean
  readonly onChoose: (on: boolean) => void
}

export function ProposalCard({ proposal, chosen, onChoose }: ProposalCardProps) {
  const { target, project, host, cause, state, reason, verdict, gives, dueAt, createdAt, approvedBy } = proposal
  const verb = actionWord[proposal.action].verb
  return (
    <li className="g-proposal" data-chosen={chosen}>
      <input
        type="checkbox"
        aria-label={`Choose: ${verb} ${target.name}`}
        checked={chosen}
        onChange={(event) => onChoose(event.target.checked)}
      />
      <div className="g-proposal__body">
        <div className="g-proposal__head">
          <h3>
            {verb} <TargetLink target={target} />
          </h3>
          <span className="g-quiet g-cut">
            {project}
            {target.kind === 'instance' && host !== undefined && ` on ${host}`}
            {target.kind === 'instance' && ' · '}by <strong className="g-proposal__cause">{cause}</strong>, since{' '}
            <RelativeTime at={createdAt} bare />
          </span>
          <span className="g-proposal__state">
            <ProposalStateWord state={state} />
            {dueAt !== undefined && (
              <span>
                , acts <RelativeTime at={dueAt} />
              </span>
            )}
          </span>
        </div>
        <dl className="g-proposal__facts">
          <dt>Why</dt>
          <dd>
            <Verdict verdict={reason} />
          </dd>
          <dt>Now</dt>
          <dd>
            <Verdict verdict={verdict} />
            {approvedBy !== undefined && <span className="g-quiet"> Approved by {approvedBy}.</span>}
          </dd>
          <dt>Gives back</dt>
          <dd>
            <GivesBack gives={gives} />
          </dd>
        </dl>
      </div>
    </li>
  )
}
