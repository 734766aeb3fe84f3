import type { Plan, Proposal } from '@gleaner/model'
import { aProposal, testStartMs } from '@gleaner/testkit'
import { expect, test } from 'vitest'
import { totalLedger } from '../ledger/ledger-line.ts'
import { diffPlans } from './diff-plans.ts'

function plan(id: string, proposals: readonly Proposal[], ended: readonly Proposal[] = []): Plan {
  return { id, createdAtMs: testStartMs, basis: [], proposals, ended, reasons: {}, ledger: [], totals: totalLedger([]) }
}

const a = aProposal({ id: 'a' })
const b = aProposal({ id: 'b' })

test('tells what came, went and changed', () => {
  const notified = { ...a, state: 'notified' as const, dueAtMs: testStartMs }
  const cancelled = { ...b, state: 'cancelled' as const }
  const c = aProposal({ id: 'c' })
  expect(diffPlans(plan('1', [a, b]), plan('2', [notified, c], [cancelled]))).toEqual({
    fromId: '1',
    toId: '2',
    added: [c],
    removed: [cancelled],
    changed: [{ before: a, after: notified }],
  })
})

test('new numbers behind the same reason are no change', () => {
  const measured = { ...a, reason: { ...a.reason, sentence: 'other', facts: { cpuCores: 0.02 } }, confirmations: 9 }
  expect(diffPlans(plan('1', [a]), plan('2', [measured])).changed).toEqual([])
})

test.each([
  { state: 'held' },
  { verdict: { ...a.verdict, code: 'in-grace' } },
  { cause: 'other' },
  { ruleRevision: 2 },
  { mode: 'advise' },
  { dueAtMs: testStartMs },
  { approvedBy: 'alice' },
] as readonly Partial<Proposal>[])('another %o is a change', (other) => {
  const after = { ...a, ...other }
  expect(diffPlans(plan('1', [a, b]), plan('2', [after, b])).changed).toEqual([{ before: a, after }])
})

test('what went without a word is told as it last stood', () => {
  expect(diffPlans(plan('1', [a]), plan('2', [])).removed).toEqual([a])
})
