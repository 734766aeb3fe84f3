// One step that gives the memory of a loan back, as the gate, the journal and people read it. It is a proposal that is born due:
// nobody has to be told, nothing to be confirmed, and no mode is asked (step-class.ts).
import { type MemoryLoan, noYield, type Proposal, type ReasonCode, type Verdict } from '@gleaner/model'
import { loanCause } from './propose-loans.ts'
import type { ReturnCause } from './pressure-session.ts'

const words: Readonly<Record<ReturnCause, readonly [ReasonCode, string]>> = {
  needed: ['memory-needed', 'The guest uses nearly all it was left'],
  rising: ['memory-needed', 'The guest is about to use all it was left'],
  swaps: ['memory-needed', 'The guest has begun to swap'],
  silent: ['memory-unknown', 'The guest no longer tells what memory it uses'],
  'not-allowed': ['memory-due', 'Nothing may be lent from the guest any more'],
  'not-reached': ['memory-due', 'The guest did not leave what it was asked for'],
  over: ['memory-due', 'It was lent for long enough'],
  'back-already': ['memory-due', 'The guest has all of its memory already'],
}

export function giveBack(loan: MemoryLoan, because: ReturnCause, nowMs: number): Proposal {
  const { instanceId, entry } = loan
  const [code, sentence] = words[because]
  const lentMs = nowMs - entry.intendedAtMs
  const reason: Verdict = {
    code,
    sentence: `${sentence}; it gets everything back.`,
    facts: { because, targetMiB: entry.setting?.memoryMiB ?? null, lentMs, loan: entry.id },
  }
  return {
    id: `return of ${entry.id}`,
    capability: 'oversubscription',
    claim: 'firm-instance',
    action: 'return-memory',
    setting: undefined,
    instanceId,
    projectId: entry.projectId,
    hostId: entry.hostId,
    cause: loanCause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: 0,
    reason,
    gives: noYield,
    state: 'due',
    verdict: reason,
    confirmations: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    noticeAtMs: undefined,
    dueAtMs: nowMs,
    approvedBy: undefined,
    confirmedVersion: 0,
    confirmedAtMs: 0,
  }
}
