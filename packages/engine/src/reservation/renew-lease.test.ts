import { cloudId, type Lease, type LeaseId, projectId } from '@gleaner/model'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { eventsFor } from './lease-lifecycle.ts'
import { judgeRenewal, renewLease } from './renew-lease.ts'

const cloud = cloudId('c')
const span = { startMs: 0, endMs: 100 }
const lease: Lease = {
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
  renewal: { termMs: 100, renewedAtMs: 0 },
}
const forever = Number.POSITIVE_INFINITY
const at = (nowMs: number, longestUntilMs = forever, renewWithinMs = 1000) => ({ nowMs, longestUntilMs, renewWithinMs })

it('grows by a term when half of one is left, and not before', () => {
  expect(judgeRenewal(lease, at(49))).toEqual({ kind: 'nothing' })
  expect(judgeRenewal(lease, at(50))).toEqual({ kind: 'extend', untilMs: 200, isWhole: true })
})

it('grows up to what others were promised, and is stuck at it', () => {
  expect(judgeRenewal(lease, at(60, 130))).toEqual({ kind: 'extend', untilMs: 130, isWhole: false })
  expect(judgeRenewal({ ...lease, span: { startMs: 0, endMs: 130 } }, at(90, 130))).toEqual({
    kind: 'stuck',
    because: 'promised',
  })
})

it('is stuck when nobody has said for too long that it is needed, until somebody does', () => {
  expect(judgeRenewal(lease, at(60, forever, 60))).toMatchObject({ kind: 'extend' })
  expect(judgeRenewal(lease, at(61, forever, 60))).toEqual({ kind: 'stuck', because: 'not-said' })
  const said = renewLease(lease, 61)
  if ('refused' in said) throw new Error(said.refused)
  expect(judgeRenewal(said, at(61, forever, 60))).toMatchObject({ kind: 'extend' })
})

it('goes on from now when a whole term passed unseen', () => {
  expect(judgeRenewal(lease, at(450))).toEqual({ kind: 'extend', untilMs: 550, isWhole: true })
})

it('never ends what is over, and never gives an end to what has one', () => {
  expect(judgeRenewal({ ...lease, state: 'ended' }, at(60))).toEqual({ kind: 'nothing' })
  expect(judgeRenewal({ ...lease, state: 'proposed' }, at(60))).toEqual({ kind: 'nothing' })
  const { renewal: _, ...fixed } = lease
  expect(judgeRenewal(fixed, at(60))).toEqual({ kind: 'nothing' })
  expect(renewLease(fixed, 60)).toHaveProperty('refused')
  expect(renewLease({ ...lease, state: 'ended' }, 60)).toHaveProperty('refused')
})

it('never takes a moment that was promised to others, nor more than a term from its end or from now', () => {
  const time = fc.integer({ min: 0, max: 500 })
  fc.assert(
    fc.property(time, time, time, (nowMs, longest, renewWithinMs) => {
      const longestUntilMs = Math.max(span.endMs, longest)
      const step = judgeRenewal(lease, { nowMs, longestUntilMs, renewWithinMs })
      if (step.kind !== 'extend') return
      expect(step.untilMs).toBeLessThanOrEqual(longestUntilMs)
      expect(step.untilMs).toBeGreaterThan(span.endMs)
      expect(step.untilMs - Math.max(span.endMs, nowMs)).toBeLessThanOrEqual(100)
    }),
  )
})
