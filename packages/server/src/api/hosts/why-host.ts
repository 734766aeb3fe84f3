// The story of one host as a whole. Who sees only some projects sees the host and not what is done to it.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { estimateView } from '../view/estimate-view.ts'
import { holdView } from '../view/hold-view.ts'
import { hostView } from '../view/host-view.ts'
import { journalView } from '../view/journal-view.ts'
import { proposalView } from '../view/proposal-view.ts'
import { timeText } from '../view/time-text.ts'
import { verdictView } from '../view/verdict-view.ts'

export const whyHost: Handler<typeof endpoints.whyHost> = async ({ app, params, sight, world }) => {
  const index = world()
  const host = index.host(params.id)
  const shown = hostView(host, index, app)
  const last = app.estimates.estimateOf(host.id)
  const estimate = last === undefined ? {} : { estimate: estimateView(last, index, app) }
  if (!sight.all) {
    const summary = 'Your token shows the instances of your projects; steps on hosts are not among them.'
    return { host: shown, ...estimate, summary, gate: [], holds: [], proposals: [], history: [], timeline: [] }
  }
  const why = await app.insight.whyHost(host.id)
  const history = [...why.history].sort((a, b) => b.intendedAtMs - a.intendedAtMs)
  return {
    host: shown,
    ...estimate,
    summary: why.summary,
    gate: why.gate.map(({ check, passed, verdict }) => ({ check, passed, verdict: verdictView(verdict) })),
    holds: why.holds.map(holdView),
    proposals: why.proposals.map((proposal) => proposalView(proposal, index)),
    history: history.map((entry) => journalView(entry, index)),
    timeline: why.timeline.map(({ atMs, kind, sentence }) => ({ at: timeText(atMs), kind, sentence })),
  }
}
