// The next thing that will happen to an instance, in one sentence: of its open proposals the one that has come furthest.
// The moment stands in `dueAt`, not in the sentence, so that a reader sees it in its own time zone.
import {
  type ActionKind,
  type NextView as NextViewSchema,
  type Proposal,
  type ProposalState,
  isHostStep,
} from '@gleaner/model'
import type { Static } from 'typebox'
import { only } from './only.ts'
import { timeText } from './time-text.ts'

type NextView = Static<typeof NextViewSchema>

export const participle: Readonly<Record<ActionKind, string>> = {
  notify: 'notified',
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'resumed',
  start: 'started',
  balloon: 'given less memory',
  'return-memory': 'given its memory back',
  migrate: 'moved to another host',
  delete: 'deleted',
}

/** How near a proposal is to its action; the ended states are not near at all. */
const nearness: Readonly<Record<ProposalState, number>> = {
  acting: 7,
  due: 6,
  held: 5,
  notified: 4,
  'awaiting-approval': 3,
  confirming: 2,
  observed: 1,
  done: 0,
  failed: 0,
  'timed-out': 0,
  cancelled: 0,
}

export function nextView(proposals: readonly Proposal[] | undefined): NextView | undefined {
  let next: Proposal | undefined
  for (const proposal of proposals ?? [])
    if (!isHostStep(proposal.action) && nearness[proposal.state] > (next === undefined ? 0 : nearness[next.state]))
      next = proposal
  if (next === undefined || isHostStep(next.action)) return undefined
  return {
    proposalId: next.id,
    action: next.action,
    state: next.state,
    ...only('dueAt', next.dueAtMs === undefined ? undefined : timeText(next.dueAtMs)),
    sentence: sentenceOf(next, participle[next.action]),
  }
}

function sentenceOf(proposal: Proposal, done: string): string {
  const because = `by "${proposal.cause}"`
  switch (proposal.state) {
    case 'acting':
      return `It is being ${done} ${because}.`
    case 'due':
      return `It is ${done} next, ${because}.`
    case 'held':
      return `It is due to be ${done} ${because}, but held: ${proposal.verdict.sentence}`
    case 'notified':
      return `It will be ${done} ${because} unless somebody keeps it.`
    case 'awaiting-approval':
      return `It will be ${done} ${because} when a person approves.`
    case 'confirming':
      return `It will be ${done} ${because} if the next readings confirm it.`
    default:
      return `It would be ${done} ${because}; the mode is ${proposal.mode}, so nothing is done.`
  }
}
