// `gleaner plan`: what Gleaner would do now, why, and what it gives back; with --diff what changed since the plan before.
import type { PlanDiffView, PlanView, ProposalView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { cores, count, memory } from '../format/quantity.ts'
import { type Column, byState } from '../format/table.ts'

export async function plan(context: CommandContext): Promise<void> {
  const [view, status] = await Promise.all([context.client.call('getPlan'), context.client.call('getStatus')])
  if (context.printJson(view)) return
  const moments = context.moments(status.now)
  context.say(headline(view, moments))
  if (view.proposals.length === 0) return context.say(`Nothing is proposed. ${reasonsOf(view)}`)
  context.table(view.proposals, columnsFor(moments))
  const waiting = view.proposals.filter(({ state }) => state === 'awaiting-approval').length
  if (waiting > 0) {
    const wait = waiting === 1 ? 'waits' : 'wait'
    context.say(`${count(waiting, 'proposal')} ${wait} for approval: gleaner approve NAME, or gleaner veto NAME.`)
  }
}

function headline(view: PlanView, moments: Moments): string {
  const basis = view.basis.map(({ cloud, version, fresh, complete }) => {
    const flaws = [...(fresh ? [] : ['stale']), ...(complete ? [] : ['partial'])]
    return `${cloud} reading ${version}${flaws.length > 0 ? ` (${flaws.join(', ')}: not acted upon)` : ''}`
  })
  return `Plan ${view.id} of ${moments.at(view.createdAt)} from ${basis.join(', ')}`
}

function reasonsOf(view: PlanView): string {
  const reasons = Object.entries(view.reasons)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([reason, number]) => `${reason} ${number.toLocaleString('en-US')}`)
  return reasons.length === 0 ? 'There are no rules.' : `What the rules said: ${reasons.join(', ')}.`
}

function columnsFor(moments: Moments): readonly Column<ProposalView>[] {
  return [
    { title: 'id', cell: (proposal) => proposal.id, rank: 3 },
    { title: 'action', cell: (proposal) => proposal.action },
    { title: 'target', cell: (proposal) => proposal.target.name, least: 12 },
    { title: 'project', cell: (proposal) => proposal.project ?? '', least: 8, rank: 5 },
    { title: 'cause', cell: (proposal) => proposal.cause, least: 10, rank: 4 },
    { title: 'state', cell: (proposal) => proposal.state, colour: byState((proposal) => proposal.state) },
    {
      title: 'due',
      cell: (proposal) => (proposal.dueAt === undefined ? '' : moments.relative(proposal.dueAt)),
      right: true,
      rank: 2,
    },
    { title: 'cores', cell: (proposal) => cores(proposal.gives.physicalCores || undefined), right: true, rank: 6 },
    {
      title: 'memory',
      cell: (proposal) => memory(proposal.gives.physicalMemoryMiB || undefined),
      right: true,
      rank: 6,
    },
    { title: 'why', cell: (proposal) => moments.within(whyOf(proposal)), least: 24, rank: 1 },
  ]
}

/** That nothing is done in observe is told by the state; what it rests upon is worth more. */
function whyOf(proposal: ProposalView): string {
  return proposal.state === 'observed' ? proposal.reason.sentence : proposal.verdict.sentence
}

export async function planDiff(context: CommandContext, since: string | undefined): Promise<void> {
  const [diff, status] = await Promise.all([
    context.client.call('diffPlan', { query: since === undefined ? {} : { since } }),
    context.client.call('getStatus'),
  ])
  if (context.printJson(diff)) return
  context.say(`From plan ${diff.from} to ${diff.to}`)
  const lines = diffLines(diff, context.moments(status.now))
  if (lines.length === 0) return context.line('Nothing changed.')
  for (const { mark, text } of lines) {
    const colour = mark === '+' ? 'green' : mark === '-' ? 'red' : 'yellow'
    context.say(text, `${context.style(mark, colour)} `)
  }
}

function diffLines(diff: PlanDiffView, moments: Moments): { mark: string; text: string }[] {
  const name = (proposal: ProposalView) => `${proposal.action} ${proposal.target.name} by "${proposal.cause}"`
  const why = (proposal: ProposalView) => moments.within(whyOf(proposal))
  return [
    ...diff.added.map((proposal) => ({ mark: '+', text: `${name(proposal)}, ${proposal.state}: ${why(proposal)}` })),
    ...diff.changed.map(({ before, after }) => ({
      mark: '~',
      text: `${name(after)}, ${before.state === after.state ? after.state : `${before.state} → ${after.state}`}: ${why(after)}`,
    })),
    ...diff.removed.map((proposal) => ({ mark: '-', text: `${name(proposal)}, ${proposal.state}: ${why(proposal)}` })),
  ]
}
