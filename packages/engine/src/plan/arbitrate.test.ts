import type { Candidate } from '@gleaner/model'
import { aHostProposal, anInstance } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aCandidate } from '../testing/a-candidate.ts'
import { enforcing, modesAll } from '../testing/a-world.ts'
import { arbitrate } from './arbitrate.ts'
import { claimRank, isActing } from './strength.ts'

const lease = aCandidate({ capability: 'reservations', claim: 'active-lease', action: 'resume', cause: 'lease-7' })
const idle = aCandidate({})

test('a stronger claim cancels a weaker one and says by what', () => {
  const { winners, losers } = arbitrate([idle, lease], enforcing)
  expect(winners).toEqual([lease])
  expect(losers).toEqual([
    {
      candidate: idle,
      verdict: {
        code: 'outranked',
        sentence: 'resume for "lease-7" (active-lease) goes before suspend for "idle-hour" (idleness).',
        facts: {
          byClaim: 'active-lease',
          byCapability: 'reservations',
          byAction: 'resume',
          byCause: 'lease-7',
          byPriority: 100,
          claim: 'idleness',
          priority: 100,
        },
      },
    },
  ])
})

test('a capability that only observes displaces none that acts, and is recorded beside it', () => {
  const modes = { ...modesAll('enforce'), reservations: 'observe' as const }
  const { winners, losers } = arbitrate([idle, lease], { ...enforcing, modes })
  expect(winners).toEqual([{ ...lease, mode: 'observe' }, idle])
  expect(losers).toEqual([])
})

test('a rule on trial displaces none that would act, also while the capability observes', () => {
  const policy = { ...enforcing, modes: modesAll('observe') }
  const trial = aCandidate({ mode: 'observe', action: 'shelve', cause: 'trial', priority: 900 })
  const { winners } = arbitrate([trial, idle], policy)
  expect(winners.map(({ cause }) => cause)).toEqual(['trial', 'idle-hour'])
})

test('what is off takes no part, however strong', () => {
  const modes = { ...modesAll('enforce'), reservations: 'off' as const }
  const { winners, losers } = arbitrate([idle, lease], { ...enforcing, modes })
  expect(winners).toEqual([idle])
  expect(losers.map(({ verdict }) => verdict.code)).toEqual(['mode-off'])
})

test('a notice competes with notices only', () => {
  const tell = aCandidate({ action: 'notify', cause: 'tell' })
  const tellMore = aCandidate({ action: 'notify', cause: 'tell-more', priority: 200 })
  const { winners, losers } = arbitrate([tell, idle, tellMore], enforcing)
  expect(winners.map(({ cause }) => cause)).toEqual(['tell-more', 'idle-hour'])
  expect(losers.map(({ candidate }) => candidate.cause)).toEqual(['tell'])
})

test('whatever is wished: one answer each, one per instance and action, nothing acting displaced by something weaker', () => {
  const wishes = fc.array(
    fc
      .record({
        capability: fc.constantFrom('idleness' as const, 'reservations' as const, 'preemption' as const),
        claim: fc.constantFrom('active-lease' as const, 'command' as const, 'idleness' as const, 'nobody' as never),
        action: fc.constantFrom('suspend' as const, 'stop' as const, 'resume' as const, 'notify' as const),
        instanceId: fc.constantFrom(anInstance({ name: 'a' }).id, anInstance({ name: 'b' }).id),
        cause: fc.constantFrom('x', 'y', 'z'),
        mode: fc.constantFrom('off' as const, 'observe' as const, 'advise' as const, 'enforce' as const),
        priority: fc.nat({ max: 3 }),
      })
      .map(aCandidate),
    { maxLength: 10 },
  )
  const modes = fc.constantFrom(modesAll('enforce'), modesAll('observe'), {
    ...modesAll('enforce'),
    idleness: 'observe' as const,
  })
  fc.assert(
    fc.property(wishes, modes, (candidates, of) => {
      const policy = { ...enforcing, modes: of }
      const { winners, losers } = arbitrate(candidates, policy)
      expect(winners.length + losers.length).toBe(candidates.length)
      const keys = winners.map(({ instanceId, action }) => `${instanceId} ${action}`)
      expect(new Set(keys).size).toBe(keys.length)
      for (const { candidate, verdict } of losers) {
        if (verdict.code !== 'outranked' || !isActing(candidate.mode)) continue
        const by = verdict.facts['byCause']
        const rivals = winners.filter((each) => each.cause === by && each.instanceId === candidate.instanceId)
        expect(rivals.some((rival) => claimRank(rival) <= claimRank(candidate) || isActing(rival.mode))).toBe(true)
      }
      for (const instanceId of new Set(winners.map((each) => each.instanceId))) {
        const acting = winners.filter(
          (each) => each.instanceId === instanceId && isActing(each.mode) && each.action !== 'notify',
        )
        expect(acting.length).toBeLessThanOrEqual(1)
      }
      expect(arbitrate(candidates.toReversed(), policy).winners).toEqual(winners)
    }),
    { numRuns: 1000 },
  )
})

describe('wishes about a host as a whole', () => {
  const host = aHostProposal()
  const onHost = (overrides: Partial<Candidate>): Candidate =>
    aCandidate({ instanceId: undefined, projectId: undefined, hostId: host.hostId, ...overrides })
  const raise = onHost({ capability: 'oversubscription', claim: 'lending', action: 'raise-ratio' })
  const close = onHost({ capability: 'energy', claim: 'energy', action: 'close', cause: 'saving' })
  const open = onHost({ capability: 'reservations', claim: 'active-lease', action: 'open', cause: 'lease-7' })

  test('compete when they change its state', () => {
    const { winners, losers } = arbitrate([close, open], enforcing)
    expect(winners).toEqual([open])
    expect(losers.map(({ candidate }) => candidate)).toEqual([close])
  })

  test('do not compete with its figures, nor with its instances', () => {
    const lower = onHost({ capability: 'oversubscription', claim: 'lending', action: 'lower-ratio' })
    const { winners, losers } = arbitrate([close, raise, lower, idle], enforcing)
    expect(new Set(winners)).toEqual(new Set([close, raise, lower, idle]))
    expect(losers).toEqual([])
  })
})
