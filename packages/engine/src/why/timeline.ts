// What happened to one instance and what is foreseen, in the order of time, newest last.
import {
  type Eviction,
  type Hold,
  type Instance,
  type JournalEntry,
  openProposalStates,
  type Proposal,
} from '@gleaner/model'
import { isOpenEntry } from '../people/journal-entry.ts'

export interface TimelinePoint {
  readonly atMs: number
  readonly kind: 'state' | 'action' | 'hold' | 'proposal' | 'notice' | 'eviction' | 'foreseen'
  readonly sentence: string
}

export interface TimelineParts {
  readonly instance: Instance | undefined
  readonly holds: readonly Hold[]
  readonly proposals: readonly Proposal[]
  readonly history: readonly JournalEntry[]
  readonly evictions?: readonly Eviction[]
}

export function timelineOf({
  instance,
  holds,
  proposals,
  history,
  evictions = [],
}: TimelineParts): readonly TimelinePoint[] {
  const points: TimelinePoint[] = []
  const add = (atMs: number | undefined, kind: TimelinePoint['kind'], sentence: string) => {
    if (atMs !== undefined && Number.isFinite(atMs)) points.push({ atMs, kind, sentence })
  }
  add(instance?.createdAtMs, 'state', 'It was created.')
  if (instance !== undefined) add(instance.stateSinceMs, 'state', `It is ${instance.state} since then.`)
  for (const entry of history) {
    add(entry.intendedAtMs, 'action', `${entry.action} for "${entry.cause}": ${entry.reason.sentence}`)
    const outcome = entry.outcome === undefined ? '' : `: ${entry.outcome}`
    if (!isOpenEntry(entry)) add(entry.finishedAtMs, 'action', `${entry.action} ended as ${entry.state}${outcome}.`)
  }
  for (const hold of holds) {
    // What follows from the journal is in the journal's own points already; its end is not.
    if (!hold.id.startsWith('journal:')) add(hold.createdAtMs, 'hold', `${hold.kind} by ${hold.by}: ${hold.reason}`)
    add(hold.untilMs, 'foreseen', `${hold.kind} by ${hold.by} ends.`)
  }
  for (const proposal of proposals) {
    add(proposal.createdAtMs, 'proposal', `${proposal.action} was proposed by "${proposal.cause}".`)
    add(proposal.noticeAtMs, 'notice', `The owner was told of ${proposal.action}.`)
    if (openProposalStates.includes(proposal.state))
      add(proposal.dueAtMs, 'foreseen', `${proposal.action} may happen from then on.`)
  }
  for (const eviction of evictions) {
    const often = eviction.times === 1 ? '' : ` It was evicted ${eviction.times} times within a day.`
    add(eviction.evictedAtMs, 'eviction', `It left its host by ${eviction.action}: ${eviction.reason.sentence}${often}`)
    if (eviction.state === 'waiting')
      add(eviction.notBeforeMs, 'foreseen', `It may come back from then on. ${eviction.verdict.sentence}`)
    else add(eviction.updatedAtMs, 'eviction', eviction.verdict.sentence)
  }
  return points.sort((a, b) => a.atMs - b.atMs)
}
