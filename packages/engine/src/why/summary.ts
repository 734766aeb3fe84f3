// The answer to "why" in one or two sentences: what will happen and what it waits for; else what keeps the instance from
// being touched; else what was done to it last, if that is why it is as it is; else why no rule wants anything of it.
import {
  type Eviction,
  type Hold,
  type Instance,
  type InstanceId,
  isHostStep,
  isMemoryStep,
  type JournalEntry,
  type Proposal,
  targetState,
} from '@gleaner/model'
import type { CheckAnswer } from '../gate/gate.ts'
import { isOpenEntry } from '../people/journal-entry.ts'
import type { Refused } from '../plan/capability-answer.ts'
import { isoTime } from '../text/iso-time.ts'
import { verbOf } from '../text/step-words.ts'
import type { RuleStory } from './rule-stories.ts'

export interface SummaryParts {
  readonly instanceId: InstanceId
  readonly instance: Instance | undefined
  readonly rules: readonly RuleStory[]
  readonly gate: readonly CheckAnswer[]
  readonly holds: readonly Hold[]
  readonly proposals: readonly Proposal[]
  readonly refused: readonly Refused[]
  readonly history: readonly JournalEntry[]
  readonly evictions?: readonly Eviction[]
}

export function summarize(parts: SummaryParts): string {
  const { instance, proposals } = parts
  if (instance === undefined) {
    const reading = parts.gate.find(({ check, passed }) => (check === 'snapshot' || check === 'instance') && !passed)
    return reading?.verdict.sentence ?? `${parts.instanceId} is not in the last reading of its cloud.`
  }
  const [strongest] = proposals
  const done = lastDone(instance, parts.history)
  // That something else is merely observed is no answer to why it is suspended.
  if (strongest !== undefined && (done === undefined || strongest.state !== 'observed'))
    return `${foresee(instance, strongest)} ${strongest.reason.sentence}`
  if (done !== undefined)
    return `${instance.name} is ${instance.state} because Gleaner did ${done.action} at ${isoTime(done.finishedAtMs ?? done.intendedAtMs)} for "${done.cause}". ${done.reason.sentence}${wayBack(parts)}`
  const lent = lentSince(parts.history)
  if (lent !== undefined) return lent
  const [refused] = parts.refused
  if (refused !== undefined) return `"${refused.cause}" asks for ${refused.action}, but: ${refused.verdict.sentence}`
  const held = parts.gate.find(({ check, passed }) => ['hold', 'protection', 'opt-out'].includes(check) && !passed)
  if (held !== undefined) return held.verdict.sentence
  return noRule(instance, parts.rules)
}

/** Of an evicted instance: what its return waits for. */
function wayBack({ evictions = [] }: SummaryParts): string {
  const waiting = evictions.find(({ state }) => state === 'waiting' || state === 'returning')
  return waiting === undefined ? '' : ` ${waiting.verdict.sentence}`
}

/** What is going to happen to what has this name, and what it waits for. */
export function foresee({ name }: { readonly name: string }, proposal: Proposal): string {
  const { action, cause, verdict } = proposal
  const deed = `${verbOf(action)} ${name}`
  switch (proposal.state) {
    case 'observed':
      return `"${cause}" would ${deed}. ${verdict.sentence}`
    case 'confirming':
    case 'awaiting-approval':
    case 'held':
      return `"${cause}" wants to ${deed}. ${verdict.sentence}`
    case 'notified':
      return action === 'notify'
        ? `The owner of ${name} was told by "${cause}".`
        : `"${cause}" is going to ${deed}. ${verdict.sentence}`
    case 'due':
      return `"${cause}" is about to ${deed}.`
    case 'acting':
      return `${action} of ${name} for "${cause}" is under way.`
    case 'done':
    case 'failed':
    case 'timed-out':
    case 'cancelled':
      return `${action} of ${name} for "${cause}" ended as ${proposal.state}. ${verdict.sentence}`
  }
}

/** The last finished action, if the instance still is in the state it led to. */
function lastDone(instance: Instance, history: readonly JournalEntry[]): JournalEntry | undefined {
  let last: JournalEntry | undefined
  for (const entry of history)
    if (!isOpenEntry(entry) && (last === undefined || entry.intendedAtMs >= last.intendedAtMs)) last = entry
  if (last?.state !== 'done' || isHostStep(last.action)) return undefined
  return targetState[last.action] === instance.state ? last : undefined
}

/** Its last step on memory lent some, and nothing was given back since. */
function lentSince(history: readonly JournalEntry[]): string | undefined {
  let last: JournalEntry | undefined
  for (const entry of history)
    if (isMemoryStep(entry.action) && (last === undefined || entry.intendedAtMs >= last.intendedAtMs)) last = entry
  if (last?.action !== 'balloon' || last.state !== 'done') return undefined
  const { targetName, gives, finishedAtMs, intendedAtMs, reason } = last
  return `${targetName} lends ${Math.round(gives.physicalMemoryMiB)} MiB since ${isoTime(finishedAtMs ?? intendedAtMs)} and gets them back the moment it needs them. ${reason.sentence}`
}

function noRule(instance: Instance, rules: readonly RuleStory[]): string {
  if (rules.length === 0) return `There are no rules; nothing is wanted of ${instance.name}.`
  const matched = rules.find(({ verdict }) => verdict.code === 'rule-matched')
  if (matched !== undefined)
    return `"${matched.rule}" matches ${instance.name}; the next cycle decides. ${matched.verdict.sentence}`
  const unknown = rules.filter(({ verdict }) => verdict.code === 'rule-unknown')
  const nearest = rules.find(({ verdict }) => verdict.code === 'rule-not-matched') ?? unknown[0] ?? rules[0]
  const blind = unknown.length > 0 ? ` ${unknown.length} cannot be decided for want of data.` : ''
  const none = rules.length === 1 ? 'The only rule wants nothing' : `None of ${rules.length} rules wants anything`
  return `${none} of ${instance.name}.${blind} ${nearest?.verdict.sentence ?? ''}`.trim()
}
