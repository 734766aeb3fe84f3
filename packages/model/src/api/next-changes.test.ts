import { expect, test } from 'vitest'
import { nextChanges } from './next-changes.ts'
import type { ProposalView } from './plan.ts'

type Told = Pick<ProposalView, 'id' | 'action' | 'cause' | 'state' | 'dueAt'>
const proposal = (id: string, told: Partial<Told>): ProposalView => ({
  id,
  capability: 'idleness',
  claim: 'idleness',
  action: 'suspend',
  cloud: 'sim',
  target: { kind: 'instance', id, name: id },
  cause: 'night',
  mode: 'enforce',
  state: 'observed',
  reason: { code: 'rule-matched', sentence: '', facts: {} },
  verdict: { code: 'rule-matched', sentence: '', facts: {} },
  confirmations: 0,
  createdAt: '2026-03-01T00:00:00Z',
  updatedAt: '2026-03-01T00:00:00Z',
  gives: { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 },
  ...told,
})
const told = (proposals: readonly ProposalView[]) => nextChanges(proposals).map(({ first, count }) => [first.id, count])

test('what is alike is one line, in the place of its first', () => {
  const lower = { action: 'lower-ratio', cause: 'estimate' } as const
  expect(
    told([proposal('a', lower), proposal('b', {}), proposal('c', lower), proposal('d', { cause: 'weekend' })]),
  ).toEqual([
    ['a', 2],
    ['b', 1],
    ['d', 1],
  ])
})

test('what has a time of its own stands alone, the earliest first; what is over does not stand there', () => {
  expect(
    told([
      proposal('observed', {}),
      proposal('late', { state: 'notified', dueAt: '2026-03-01T02:00:00Z' }),
      proposal('early', { state: 'notified', dueAt: '2026-03-01T01:00:00Z' }),
      proposal('acting', { state: 'acting' }),
      proposal('over', { state: 'done' }),
    ]),
  ).toEqual([
    ['acting', 1],
    ['early', 1],
    ['late', 1],
    ['observed', 1],
  ])
})
