// The story of one instance: what was and was not decided about it, and from which numbers. The engine tells it, from what
// the decide loop itself uses; older actions of the journal are added, as far back as it goes.
import { type RuleStory, ruleStories, whyInstance as tellWhy } from '@gleaner/engine'
import { type JournalEntry, type RuleVerdictView, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { clauseView } from '../view/clause-view.ts'
import { holdView } from '../view/hold-view.ts'
import { instanceView } from '../view/instance-view.ts'
import { journalView } from '../view/journal-view.ts'
import { proposalView } from '../view/proposal-view.ts'
import { timeText } from '../view/time-text.ts'
import { verdictView } from '../view/verdict-view.ts'

const mostEntries = 50

export const whyInstance: Handler<typeof endpoints.whyInstance> = async ({ app, params, sight, world }) => {
  const index = world()
  const instance = index.instance(params.id, sight.sees)
  const { items: older } = await app.store.journal.list({ instanceId: instance.id }, { limit: mostEntries, offset: 0 })
  const known = app.insight.world()
  const stories = ruleStories(instance.id, app.insight.rules(), app.insight.ruleInput())
  const why = tellWhy({ ...known, journal: merged(known.journal, older) }, instance.id, stories)
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

function merged(recent: readonly JournalEntry[], older: readonly JournalEntry[]): readonly JournalEntry[] {
  const ids = new Set(recent.map(({ id }) => id))
  return [...older.filter(({ id }) => !ids.has(id)).reverse(), ...recent]
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
