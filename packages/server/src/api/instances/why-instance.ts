// The story of one instance: what was and was not decided about it, and from which numbers. The engine tells it, from what
// the decide loop itself uses; here it gets its names and times.
import type { RuleStory } from '@gleaner/engine'
import type { RuleVerdictView, endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { clauseView } from '../view/clause-view.ts'
import { holdView } from '../view/hold-view.ts'
import { instanceView } from '../view/instance-view.ts'
import { journalView } from '../view/journal-view.ts'
import { proposalView } from '../view/proposal-view.ts'
import { timeText } from '../view/time-text.ts'
import { verdictView } from '../view/verdict-view.ts'

export const whyInstance: Handler<typeof endpoints.whyInstance> = async ({ app, params, sight, world }) => {
  const index = world()
  const instance = index.instance(params.id, sight.sees)
  const why = await app.insight.why(instance.id)
  const history = [...why.history].sort((a, b) => b.intendedAtMs - a.intendedAtMs)
  return {
    instance: instanceView(instance, index, app),
    summary: why.summary,
    rules: why.rules.map(storyView),
    gate: why.gate.map(({ check, passed, verdict }) => ({ check, passed, verdict: verdictView(verdict) })),
    holds: why.holds.map(holdView),
    proposals: why.proposals.map((proposal) => proposalView(proposal, index)),
    history: history.map((entry) => journalView(entry, index)),
    timeline: why.timeline.map(({ atMs, kind, sentence }) => ({ at: timeText(atMs), kind, sentence })),
  }
}

function storyView(story: RuleStory): RuleVerdictView {
  return {
    ruleId: story.ruleId,
    rule: story.rule,
    action: story.action,
    verdict: verdictView(story.verdict),
    clauses: story.clauses.map(clauseView),
  }
}
