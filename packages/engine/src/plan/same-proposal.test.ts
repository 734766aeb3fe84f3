import type { Proposal } from '@gleaner/model'
import { aProposal, anInstance, aVerdict } from '@gleaner/testkit'
import { describe, expect, test } from 'vitest'
import { isSameProposal } from './same-proposal.ts'

const stored = aProposal({ noticeAtMs: 1, dueAtMs: 2, approvedBy: 'alice' })

/** One other value for every field. */
const others: Readonly<Record<keyof Proposal, Partial<Proposal>>> = {
  id: { id: 'proposal_2' },
  capability: { capability: 'energy' },
  claim: { claim: 'command' },
  action: { action: 'stop' },
  setting: { setting: { memoryMiB: 512 } },
  instanceId: { instanceId: anInstance({ name: 'other' }).id },
  projectId: { projectId: 'test:other' as never },
  hostId: { hostId: undefined },
  cause: { cause: 'other' },
  ruleId: { ruleId: undefined },
  ruleRevision: { ruleRevision: 2 },
  mode: { mode: 'observe' },
  priority: { priority: 101 },
  graceMs: { graceMs: 1 },
  reason: { reason: aVerdict({ code: 'commanded' }) },
  gives: { gives: { ...stored.gives, physicalCores: 3 } },
  eviction: { eviction: { decisionId: 'dec_1', stage: 'reserved' } },
  state: { state: 'due' },
  verdict: { verdict: aVerdict({ ...stored.verdict, code: 'in-grace' }) },
  confirmations: { confirmations: 2 },
  createdAtMs: { createdAtMs: 1 },
  updatedAtMs: { updatedAtMs: 1 },
  noticeAtMs: { noticeAtMs: undefined },
  dueAtMs: { dueAtMs: undefined },
  approvedBy: { approvedBy: undefined },
  confirmedVersion: { confirmedVersion: 2 },
  confirmedAtMs: { confirmedAtMs: 1 },
}
/** The evidence, and the times at which it was written. */
const noCause: readonly string[] = ['gives', 'createdAtMs', 'updatedAtMs']

describe('is written again if and only if something but the evidence changed', () => {
  test.each(Object.entries(others))('%s', (field, other) => {
    expect(isSameProposal(stored, { ...stored, ...other })).toBe(noCause.includes(field))
    expect(isSameProposal({ ...stored, ...other }, stored)).toBe(noCause.includes(field))
  })

  test('new numbers', () => {
    const measured = { ...stored, reason: { ...stored.reason, sentence: 'other', facts: {} } }
    expect(isSameProposal(stored, measured)).toBe(true)
  })

  test('another sentence of the gate, not other facts behind the same one', () => {
    const { verdict } = stored
    expect(isSameProposal(stored, { ...stored, verdict: { ...verdict, sentence: 'other' } })).toBe(false)
    expect(isSameProposal(stored, { ...stored, verdict: { ...verdict, facts: { a: 1 } } })).toBe(true)
  })

  test('what nobody can read stays the same', () => {
    for (const unreadable of [{ graceMs: Number.NaN }, { confirmedAtMs: Number.NaN }]) {
      expect(isSameProposal({ ...stored, ...unreadable }, { ...stored, ...unreadable })).toBe(true)
      expect(isSameProposal(stored, { ...stored, ...unreadable })).toBe(false)
      expect(isSameProposal({ ...stored, ...unreadable }, stored)).toBe(false)
    }
  })
})
