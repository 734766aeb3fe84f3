// The second look: who was told to leave and is still needed leaves, and nobody else.
import type { EvictionDecision, HostId, Instance } from '@gleaner/model'
import { aHold, aHost, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { aRoomWorld, aWish } from '../testing/a-room-world.ts'
import { checkEviction, fits } from './check-eviction.ts'
import { makeDecision } from './make-decision.ts'
import { planEviction } from './plan-eviction.ts'
import { planWith } from './plan-proactive.ts'
import type { RoomWorld } from './room-world.ts'

const h1 = aHost({ name: 'h1', cores: 4, reservedCores: 0, coreRatio: 1 })
const h2 = aHost({ name: 'h2', cores: 4, reservedCores: 0, coreRatio: 1 })
const firm = anInstance({ name: 'firm', hostId: h2.id, vcpus: 4, memoryMiB: 1024 })
const batch = anInstance({ name: 'batch', hostId: h1.id, firmness: 'preemptible', vcpus: 4, memoryMiB: 1024 })
const seeing = (batches: readonly Instance[], more: Partial<RoomWorld> = {}, hosts = [h1, h2]) =>
  aRoomWorld(aSnapshot({ hosts, instances: [...batches, firm] }), testStartMs, more)
const wish = aWish({ vcpus: 3, memoryMiB: 1024, diskGiB: 10 })
const before = seeing([batch])
const decision = makeDecision(
  { id: 'dec_1', requestId: 'req_1', kind: 'room', mode: 'enforce', by: 'front', wish },
  planEviction({ world: before, wish, mayEvict: true }),
  before,
)
const own = { decisions: [decision] }
const changed = (batches: readonly Instance[], more: Partial<RoomWorld> = {}) => {
  const answer = checkEviction(decision, seeing(batches, { ...own, ...more }))
  return answer.kind === 'changed' ? answer.because : answer.kind
}

describe('a victim', () => {
  it('leaves where nothing has changed', () => {
    expect(decision.victims.map(({ name }) => name)).toEqual(['batch'])
    expect(checkEviction(decision, seeing([batch], own))).toEqual({ kind: 'stands' })
  })

  it.each<[string, Partial<Instance>]>([
    ['is on another host', { hostId: h2.id }],
    ['is on another host', { hostId: undefined }],
    ['is firm now', { firmness: 'firm' }],
    ['is stopped', { state: 'stopped' }],
    ['is migrating', { state: 'migrating' }],
    ['is protected', { protectedBy: 'a lock' }],
    ['has opted out', { tags: [before.preemption.optOutTag] }],
  ])('that %s is replaced: it is planned anew', (what, change) => {
    expect(changed([{ ...batch, ...change }])).toEqual({
      code: 'victim-stays',
      sentence: `batch ${what}; it is planned anew.`,
      facts: { instance: batch.id },
    })
  })

  it('that is gone is replaced, and so is one that a person keeps', () => {
    expect(changed([])).toMatchObject({ code: 'victim-stays', sentence: 'batch is gone; it is planned anew.' })
    const veto = (untilMs: number) =>
      changed([batch], { holds: [aHold({ kind: 'veto', instanceId: batch.id, untilMs })] })
    expect(veto(testStartMs + 1)).toMatchObject({ sentence: 'batch is protected; it is planned anew.' })
    expect(veto(testStartMs)).toBe('stands')
  })

  it('leaves although the budget is used up meanwhile: it was counted in it', () => {
    const budget = { evictions: 0, windowMs: 1000 }
    expect(changed([batch], { preemption: { ...before.preemption, budget } })).toBe('stands')
  })

  it('that has left, stays or is spared is not looked at any more', () => {
    for (const state of ['left', 'stayed', 'spared'] as const) {
      const over = { ...decision, victims: decision.victims.map((victim) => ({ ...victim, state })) }
      const answer = checkEviction(over, seeing([{ ...batch, protectedBy: 'a lock' }], { decisions: [over] }))
      expect(answer).not.toMatchObject({ because: { code: 'victim-stays' } })
    }
  })
})

describe('the room', () => {
  it('is taken elsewhere when another host has it by now, and nobody leaves', () => {
    const h3 = aHost({ name: 'h3', cores: 4, reservedCores: 0, coreRatio: 1 })
    const answer = checkEviction(decision, seeing([batch], own, [h1, h2, h3]))
    expect(answer).toMatchObject({
      kind: 'elsewhere',
      plan: { victims: [], placements: [{ hostId: 'test:h3' }] },
      because: { code: 'room-elsewhere', sentence: 'There is room for big without anybody leaving by now.' },
    })
  })

  it('is lost when its host takes nobody any more, or somebody firm has come', () => {
    const lost = { kind: 'changed', because: { code: 'room-lost' } }
    const closed = checkEviction(decision, seeing([batch], own, [{ ...h1, state: 'disabled' }, h2]))
    expect(closed).toMatchObject(lost)
    const sentence = 'The room for big no longer comes out as it was planned.'
    expect(closed).toMatchObject({ because: { sentence } })
    const come = (vcpus: number) => anInstance({ name: 'come', hostId: h1.id, vcpus, memoryMiB: 1 })
    expect(checkEviction(decision, seeing([batch, come(1)], own))).toEqual({ kind: 'stands' })
    expect(checkEviction(decision, seeing([batch, come(2)], own))).toMatchObject(lost)
  })

  it('is not asked for where no request stands behind the decision', () => {
    const plan = planWith({ victims: [{ instanceId: batch.id, hostId: h1.id }], cost: 1, action: 'stop' })
    for (const kind of ['watermark', 'expiry', 'test'] as const) {
      const order = { id: 'dec_2', requestId: 'r', kind, mode: 'enforce', by: 'ada', wish: undefined } as const
      const made = makeDecision(order, plan, before)
      expect(checkEviction(made, seeing([batch], { decisions: [made] }))).toEqual({ kind: 'stands' })
      expect(fits(made, before)).toBe(true)
    }
  })
})

describe('a decision fits', () => {
  const on = (hosts: readonly (typeof h1)[], change: Partial<EvictionDecision> = {}, batches = [batch]) =>
    fits({ ...decision, ...change }, seeing(batches, own, [...hosts]))
  const asking = (more: Partial<typeof wish>) => ({ wish: { ...wish, ...more } })

  it('to the last core, MiB and GiB of its host, once all have left', () => {
    expect(on([h1, h2], asking({ vcpus: 4 }))).toBe(true)
    expect(on([h1, h2], asking({ vcpus: 5 }))).toBe(false)
    const memoryMiB = h1.memoryMiB - h1.reservedMemoryMiB
    expect(on([h1, h2], asking({ memoryMiB }))).toBe(true)
    expect(on([h1, h2], asking({ memoryMiB: memoryMiB + 1 }))).toBe(false)
    expect(on([h1, h2], asking({ diskGiB: h1.diskGiB }))).toBe(true)
    expect(on([h1, h2], asking({ diskGiB: h1.diskGiB + 1 }))).toBe(false)
  })

  it('by the ratios of the host and less its reserve', () => {
    expect(on([{ ...h1, coreRatio: 2 }, h2], asking({ vcpus: 8 }))).toBe(true)
    expect(on([{ ...h1, coreRatio: 2, reservedCores: 1 }, h2], asking({ vcpus: 7 }))).toBe(false)
    expect(on([{ ...h1, diskRatio: 2 }, h2], asking({ diskGiB: 2 * h1.diskGiB }))).toBe(true)
  })

  it('with all that are placed on the host together, and on every host', () => {
    const twice = [0, 1].map((index) => ({ index, hostId: h1.id }))
    expect(on([h1, h2], { ...asking({ vcpus: 2 }), placements: twice })).toBe(true)
    expect(on([h1, h2], { placements: twice })).toBe(false)
    const spread = [
      { index: 0, hostId: h1.id },
      { index: 1, hostId: h2.id },
    ]
    expect(on([h1, h2], { placements: spread })).toBe(false)
  })

  it('counts who stays, and fits on no host that is not there', () => {
    const stays = decision.victims.map((victim) => ({ ...victim, state: 'stayed' as const }))
    expect(on([h1, h2], { victims: stays })).toBe(false)
    expect(on([h1, h2], { placements: [{ index: 0, hostId: 'test:gone' as HostId }] })).toBe(false)
  })
})
