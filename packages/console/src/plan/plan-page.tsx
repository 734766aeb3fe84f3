// What Gleaner would do now, why, and what it gives back; approve one, many or none.
import { capabilities, openProposalStates, type PlanView, type ProposalState, proposalStates } from '@gleaner/model'
import { useState } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { useStatus } from '../api/use-status.ts'
import { Answer } from '../parts/answer.tsx'
import { Chip } from '../parts/chip.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { type UrlState, useUrlState } from '../parts/use-url-state.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { capabilityWord, modeWord } from '../words/action-words.ts'
import { counted } from '../words/quantity.ts'
import { DecisionBar } from './decision-bar.tsx'
import { PlanDiff } from './plan-diff.tsx'
import './plan.css'
import { ProposalCard } from './proposal-card.tsx'
import { Reasons } from './reasons.tsx'
import { proposalStateWord } from './state-words.ts'

const firstMany = 100

export function PlanPage() {
  const plan = useApi('getPlan', {})
  const url = useUrlState()
  return (
    <>
      <PageHead
        title="Plan"
        lead={
          plan.data ? (
            <>
              {counted(plan.data.proposals.length, 'open proposal')}, decided <RelativeTime at={plan.data.createdAt} />
              {plan.data.basis.map(({ cloud, takenAt, complete, fresh }) => (
                <span key={cloud}>
                  {' '}
                  from {cloud} as read <RelativeTime at={takenAt} />
                  {!complete && ' (incomplete: nothing acts)'}
                  {!fresh && ' (too old: nothing acts)'}
                </span>
              ))}
              .
            </>
          ) : (
            'What would be done, with its reason, before it is done.'
          )
        }
      />
      <Answer read={plan} height="70vh" what="the plan">
        {(data) => <Proposals plan={data} url={url} />}
      </Answer>
    </>
  )
}

function Proposals({ plan, url }: { readonly plan: PlanView; readonly url: UrlState }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [limit, setLimit] = useState(firstMany)
  const modes = useStatus().data?.modes
  const show = proposalStates.find((state) => state === url.get('show'))
  const open = plan.proposals.filter(({ state }) => openProposalStates.includes(state))
  const shown = show === undefined ? open : open.filter(({ state }) => state === show)
  const present = new Set(open.map(({ id }) => id))
  const selected = [...chosen].filter((id) => present.has(id))
  const toggle = (ids: readonly string[], on: boolean) => {
    const next = new Set(selected)
    for (const id of ids) {
      if (on) next.add(id)
      else next.delete(id)
    }
    setChosen(next)
  }
  const amounts = new Map<ProposalState, number>()
  for (const { state } of open) amounts.set(state, (amounts.get(state) ?? 0) + 1)
  return (
    <div className="g-stack">
      <div className="g-filters" role="group" aria-label="State of the proposals">
        <Chip text={`all ${open.length}`} on={show === undefined} onClick={() => url.set({ show: undefined })} />
        {openProposalStates
          .filter((state) => amounts.has(state) || state === show)
          .map((state) => (
            <Chip
              key={state}
              text={`${proposalStateWord[state]} ${amounts.get(state) ?? 0}`}
              on={show === state}
              onClick={() => url.set({ show: show === state ? undefined : state })}
            />
          ))}
      </div>
      {shown.length === 0 && (
        <section className="g-panel">
          <Empty
            title={open.length === 0 ? 'Nothing is proposed' : 'Nothing is in that state'}
            action={<Link href="/rules">Look at the rules</Link>}
          >
            A proposal appears here as soon as a rule matches an instance, and stays until it is done, refused, or its
            reason goes away. "What kept the others" below says why everything else is left alone.
          </Empty>
        </section>
      )}
      {capabilities.map((capability) => {
        const mine = shown.filter((proposal) => proposal.capability === capability)
        if (mine.length === 0) return null
        const mode = modes?.find((entry) => entry.capability === capability)?.mode
        const ids = mine.map(({ id }) => id)
        const allChosen = ids.every((id) => chosen.has(id))
        return (
          <Panel
            key={capability}
            title={capabilityWord[capability].name}
            aside={
              <span className="g-row">
                {mode !== undefined && (
                  <span>
                    mode <Link href="/settings">{mode}</Link>: {modeWord[mode]}
                  </span>
                )}
                <label className="g-row">
                  <input type="checkbox" checked={allChosen} onChange={() => toggle(ids, !allChosen)} />
                  all {mine.length}
                </label>
              </span>
            }
          >
            <ul className="g-proposals">
              {mine.slice(0, limit).map((proposal) => (
                <ProposalCard
                  key={proposal.id}
                  proposal={proposal}
                  chosen={chosen.has(proposal.id)}
                  onChoose={(on) => toggle([proposal.id], on)}
                />
              ))}
            </ul>
            {mine.length > limit && (
              <button type="button" className="g-link" onClick={() => setLimit(limit + 500)}>
                Show {counted(Math.min(500, mine.length - limit), 'more', 'more')} of {mine.length}
              </button>
            )}
          </Panel>
        )
      })}
      <DecisionBar
        proposals={open.filter(({ id }) => chosen.has(id))}
        onDone={() => setChosen(new Set())}
        onClear={() => setChosen(new Set())}
      />
      <PlanDiff />
      <Reasons plan={plan} />
    </div>
  )
}
