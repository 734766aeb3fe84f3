// Preemption on a whole server: who asks gets room, the right ones leave after their notice and come back, and a mode says
// how far it goes.
import type { InstanceId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import {
  decisionOf,
  ended,
  evicted,
  fill,
  hosts,
  inState,
  look,
  making,
  never,
  patient,
  request,
  running,
  server,
  start,
} from './eviction-scene.ts'
import { operator } from './test-server.ts'

afterEach(async () => server.stop())

/** Of preemption: the hour of the day decides whether others propose something as well. */
const toApprove = (count: number) =>
  server.until('proposals that wait', async () => {
    const open = await server.app.store.proposals.open()
    const waiting = open.filter(({ capability, state }) => capability === 'preemption' && state === 'awaiting-approval')
    return waiting.length === count ? waiting : undefined
  })

describe('room for a firm request', patient, () => {
  it('is free while there is any, and nobody is asked to leave', async () => {
    await start()
    const answer = await server.app.commands.makeRoom(request({ vcpus: 1, memoryMiB: 1024, diskGiB: 1 }), operator)
    expect(answer).toMatchObject({ state: 'free', placements: [{ index: 0 }] })
    expect((await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })).total).toBe(0)
  })

  it('is made: one victim is told, has its notice, leaves, and comes back when the firm one has gone', async () => {
    await start()
    await fill()
    const asked = request()
    const answer = making(await server.app.commands.makeRoom(asked, operator))
    expect(answer.victims).toHaveLength(1)
    const [victim] = answer.victims
    if (victim === undefined) throw new Error('nobody')
    expect(await server.app.commands.makeRoom(asked, operator)).toMatchObject({ decisionId: answer.decisionId })

    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))
    expect(held).toMatchObject({ state: 'held', placements: answer.placements })
    expect((await look(victim.instanceId))?.state).toBe('stopped')
    expect(server.cloud.metadataOf(victim.instanceId)).toMatchObject({
      'gleaner-eviction': expect.stringMatching(/stop in 2m at the earliest: big is firm and fits on no host/),
    })
    const told = (kind: string) =>
      server.until(`the notice ${kind}`, async () =>
        (await server.app.store.notices.forInstance(victim.instanceId, 5)).find(({ about }) => about?.kind === kind),
      )
    const notice = await told('announced')
    expect(notice.about).toMatchObject({ capability: 'preemption', decisionId: answer.decisionId })
    expect((await told('done')).about).toMatchObject({ capability: 'preemption', decisionId: answer.decisionId })
    const [entry] = (await server.app.store.journal.list({ instanceId: victim.instanceId }, { limit: 5, offset: 0 }))
      .items
    expect(notice.sentence).toMatch(/will be stopped not before .* \("room for big"\).* You have 2m to save its work/)
    expect(entry).toMatchObject({ capability: 'preemption', action: 'stop', state: 'done', attempts: 1 })
    expect((entry?.intendedAtMs ?? 0) - notice.createdAtMs).toBeGreaterThanOrEqual(120_000)
    expect(await server.cloud.claims.claims(never)).toHaveLength(1)

    const taken = await server.app.commands.takeRoom(answer.decisionId, operator)
    expect(taken.state).toBe('taken')
    expect(await server.cloud.claims.claims(never)).toEqual([])
    const hostId = answer.placements[0]?.hostId
    const made = await server.cloud.creation.create({ ...asked, hostId, tags: [], idempotencyKey: 'made' }, never)
    await server.app.commands.roomTaken(answer.decisionId, { instanceIds: [made] }, operator)
    expect(await server.app.commands.room(answer.decisionId)).toMatchObject({ state: 'taken' })

    // There is no room for it while the firm one is there.
    const waits = await server.until('the eviction that waits for room', async () => {
      const [each] = (await server.app.store.evictions.onTheirWayBack()).filter(
        ({ verdict }) => verdict.code === 'no-room-yet',
      )
      return each
    })
    expect(waits).toMatchObject({ instanceId: victim.instanceId, times: 1 })
    server.cloud.actByHand(made, 'delete')
    await server.until('the victim to run again', async () =>
      (await look(victim.instanceId))?.state === 'running' ? true : undefined,
    )
    const [eviction] = await server.until('the return to be noted', async () => {
      const { items } = await server.app.store.evictions.evictions({}, { limit: 10, offset: 0 })
      return items.every(({ state }) => state === 'returned') ? items : undefined
    })
    expect(eviction).toMatchObject({ instanceId: victim.instanceId, returnedAs: victim.instanceId, state: 'returned' })
    await server.until('the notice to be taken off', () =>
      server.cloud.metadataOf(victim.instanceId)?.['gleaner-eviction'] === undefined ? true : undefined,
    )
  })
})

describe('modes', patient, () => {
  it('observe: who would leave is recorded, and nobody is told or touched', async () => {
    await start('observe')
    const fillers = await fill()
    const answer = await server.app.commands.makeRoom(request(), operator)
    expect(answer).toMatchObject({ state: 'refused', verdict: { code: 'mode-observe' } })
    const { items } = await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })
    expect(items).toMatchObject([{ state: 'observed', victims: [{ state: 'planned' }] }])
    await server.cycles(5)
    expect(await running(fillers)).toBe(fillers.length)
    expect(await server.cloud.claims.claims(never)).toEqual([])
    expect((await server.app.store.notices.forInstance(items[0]?.victims[0]?.instanceId ?? '', 5)).length).toBe(0)
  })

  it('advise: nobody is told before a person approves, and the word on one victim is the word on all', async () => {
    await start('advise')
    await fill()
    const answer = making(await server.app.commands.makeRoom(request({ vcpus: 16, memoryMiB: 32 * 1024 }), operator))
    expect(answer.victims.length).toBeGreaterThan(1)
    expect(answer.readyAtMs).toBeUndefined()
    const proposals = await toApprove(answer.victims.length)
    expect(await server.cloud.claims.claims(never)).toEqual([])
    expect(await server.app.store.notices.forInstance(proposals[0]?.instanceId ?? '', 5)).toEqual([])
    await server.app.commands.approve(proposals[0]?.id ?? '', operator)
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))
    expect(held.state).toBe('held')
    expect([...(await evicted())].sort()).toEqual(answer.victims.map(({ name }) => name).sort())
  })

  it('advise: a victim that has left by itself needs no approval any more', async () => {
    await start('advise')
    await fill()
    const answer = making(await server.app.commands.makeRoom(request({ vcpus: 16, memoryMiB: 32 * 1024 }), operator))
    const [gone, stays] = await toApprove(answer.victims.length)
    server.cloud.actByHand(gone?.instanceId as InstanceId, 'stop')
    await server.until('the one that left to be noted', async () =>
      (await decisionOf(answer.decisionId))?.victims.some(({ state }) => state === 'left') ? true : undefined,
    )
    await server.app.commands.approve(stays?.id ?? '', operator)
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))
    expect(held.state).toBe('held')
    const name = answer.victims.find(({ instanceId }) => instanceId === gone?.instanceId)?.name
    expect(await evicted()).not.toContain(name)
  })

  it('lowered to advise during the notice: nobody leaves before a person approves, then all do', async () => {
    await start('by-command')
    await server.app.commands.setMode('preemption', 'enforce', operator)
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await inState(answer.decisionId, 'reserved')
    await server.app.commands.setMode('preemption', 'advise', operator)
    await inState(answer.decisionId, 'awaiting-approval')
    const [proposal] = await toApprove(answer.victims.length)
    await server.cycles(5)
    expect(await running(fillers)).toBe(fillers.length)
    expect(await decisionOf(answer.decisionId)).toMatchObject({ state: 'awaiting-approval', mode: 'advise' })
    expect(server.cloud.metadataOf(proposal?.instanceId as InstanceId)).toEqual({})
    await server.app.commands.approve(proposal?.id ?? '', operator)
    expect((await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))).state).toBe('held')
    expect(await running(fillers)).toBe(fillers.length - 1)
  })

  it('switched off in the middle: nobody leaves, and the room goes back', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await inState(answer.decisionId, 'reserved')
    await server.app.commands.setMode('preemption', 'observe', operator).catch(() => {})
    server.app.state.modes = { ...server.app.state.modes, preemption: 'observe' }
    await server.app.commands.giveUpRoom(answer.decisionId, 'the test', operator)
    await ended(answer.decisionId)
    expect(await running(fillers)).toBe(fillers.length)
  })

  it('paused: nobody leaves until it goes on', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await server.app.commands.pause('maintenance', operator)
    await server.cycles(6)
    expect(await running(fillers)).toBe(fillers.length)
    await server.app.commands.unpause(operator)
    expect((await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))).state).toBe('held')
  })
})

describe('two at once', patient, () => {
  it('for the last room: one gets it, the other is told why not, and one victim leaves', async () => {
    await start()
    const fillers = await fill()
    // Only one of the fillers may leave.
    const [first] = fillers
    const { instances } = await server.cloud.observe(never)
    const others = instances.filter(({ id, firmness }) => id !== first && firmness === 'preemptible')
    for (const { id } of others) await server.cloud.labels.setTags(id, { add: ['gleaner-no-eviction'] }, never)
    await server.until('the tags in the reading', () => {
      const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
      return others.every(({ id }) => snapshot?.instanceById.get(id)?.tags.includes('gleaner-no-eviction') === true)
        ? true
        : undefined
    })
    const properties = { rack: (await hosts()).find(({ id }) => id === hostOf(first))?.properties?.['rack'] ?? '' }
    const answers = await Promise.all(
      ['one', 'two'].map((name) => server.app.commands.makeRoom(request({ name, hints: { properties } }), operator)),
    )
    expect(answers.map(({ state }) => state).sort()).toEqual(['making', 'refused'])
    const refused = answers.find(({ state }) => state === 'refused')
    expect(refused).toMatchObject({ verdict: { code: 'room-refused' } })
    const winner = answers.find(({ state }) => state === 'making')
    if (winner === undefined || winner.state !== 'making') throw new Error('nobody won')
    expect((await server.app.commands.awaitRoom(winner.decisionId, AbortSignal.timeout(60_000))).state).toBe('held')
    expect(await evicted()).toEqual(['filler-1'])
  })

  const hostOf = (id: InstanceId | undefined) =>
    id === undefined ? undefined : server.app.state.clouds.get(server.cloud.id)?.snapshot?.instanceById.get(id)?.hostId
})
