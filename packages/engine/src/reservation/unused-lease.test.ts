import { cloudId, type Lease, type LeaseId, projectId } from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsFor } from './lease-lifecycle.ts'
import { judgeUnused, type UnusedRules, type UnusedSight } from './unused-lease.ts'

const rules: UnusedRules = { warnMs: 100, endMs: 300 }
const cloud = cloudId('c')
const span = { startMs: 0, endMs: 10_000 }
function aLease(more: Partial<Lease> = {}): Lease {
  return {
    id: 'l' as LeaseId,
    name: 'l',
    cloudId: cloud,
    projectId: projectId(cloud, 'p'),
    by: 'anna',
    span,
    state: 'active',
    createdAtMs: 0,
    updatedAtMs: 0,
    endAction: 'nothing',
    reservations: [],
    events: eventsFor({ span, noticeMs: 0, heldUntilMs: undefined }),
    ...more,
  }
}
const empty = (unusedSinceMs: number | undefined, nowMs: number): UnusedSight => ({
  unusedSinceMs,
  isUsed: false,
  nowMs,
})
const warned = aLease({ unused: { sinceMs: 0, warnedAtMs: 100, endsAtMs: 300, endedAtMs: undefined } })

describe('a lease that runs and is not used', () => {
  it('is warned when it has been so for long enough, to the millisecond, and told when it will end', () => {
    expect(judgeUnused(aLease(), rules, empty(0, 99))).toEqual({ kind: 'nothing' })
    expect(judgeUnused(aLease(), rules, empty(0, 100))).toEqual({
      kind: 'warn',
      unused: { sinceMs: 0, warnedAtMs: 100, endsAtMs: 300, endedAtMs: undefined },
    })
  })

  it('ends at the announced moment, not before, and not without having been warned', () => {
    expect(judgeUnused(warned, rules, empty(0, 299))).toEqual({ kind: 'nothing' })
    expect(judgeUnused(warned, rules, empty(0, 300))).toMatchObject({ kind: 'end', unused: { endedAtMs: 300 } })
    expect(judgeUnused(aLease(), rules, empty(0, 5000))).toMatchObject({ kind: 'warn', unused: { endsAtMs: 5200 } })
  })

  it('does not end when nobody looked for a while: the rest is waited for once more', () => {
    expect(judgeUnused(warned, rules, empty(250, 300)).kind).toBe('nothing')
    expect(judgeUnused(warned, rules, empty(250, 449)).kind).toBe('nothing')
    expect(judgeUnused(warned, rules, empty(250, 450)).kind).toBe('end')
    expect(judgeUnused(warned, rules, empty(undefined, 5000)).kind).toBe('nothing')
  })

  it('keeps the lease when it is used again, and forgets the warning', () => {
    const used = { unusedSinceMs: undefined, isUsed: true, nowMs: 5000 }
    expect(judgeUnused(warned, rules, used)).toEqual({ kind: 'forget' })
    expect(judgeUnused(aLease(), rules, used)).toEqual({ kind: 'nothing' })
  })

  it('is only warned where nothing is to end, also when the rule that would have was taken away', () => {
    const mild = { warnMs: 100, endMs: undefined }
    expect(judgeUnused(aLease(), mild, empty(0, 100))).toMatchObject({ kind: 'warn', unused: { endsAtMs: undefined } })
    expect(judgeUnused(warned, mild, empty(0, 5000)).kind).toBe('nothing')
  })

  it('has begun and is not over', () => {
    for (const state of ['proposed', 'pending', 'ended', 'cancelled', 'lapsed'] as const)
      expect(judgeUnused(aLease({ state }), rules, empty(0, 5000)).kind).toBe('nothing')
    expect(judgeUnused(warned, rules, empty(0, span.endMs)).kind).toBe('nothing')
  })
})

it('whatever is seen in whatever order, nothing ends that was not warned so long before and seen empty all that time', () => {
  const looks = fc.array(
    fc.record({ passMs: fc.integer({ min: 1, max: 150 }), seen: fc.constantFrom('used', 'empty', 'unknown') }),
    {
      maxLength: 60,
    },
  )
  fc.assert(
    fc.property(looks, (list) => {
      let lease = aLease()
      let nowMs = 0
      let sinceMs: number | undefined
      for (const { passMs, seen } of list) {
        nowMs += passMs
        sinceMs = seen === 'empty' ? (sinceMs ?? nowMs) : undefined
        const step = judgeUnused(lease, rules, { unusedSinceMs: sinceMs, isUsed: seen === 'used', nowMs })
        if (step.kind === 'end') {
          const restMs = (rules.endMs ?? 0) - rules.warnMs
          return (
            lease.unused !== undefined &&
            nowMs >= lease.unused.warnedAtMs + restMs &&
            sinceMs !== undefined &&
            nowMs - sinceMs >= restMs
          )
        }
        if (step.kind === 'warn') lease = { ...lease, unused: step.unused }
        if (step.kind === 'forget') lease = aLease()
      }
      return true
    }),
  )
})
