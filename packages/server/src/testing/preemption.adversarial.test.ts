// Preemption when things go wrong: victims that do not leave, a cloud that does not answer, others who are faster. Nobody
// leaves for nothing, the request is not lost, no claim stays behind.
import { afterEach, describe, expect, it } from 'vitest'
import {
  decisionOf,
  ended,
  evicted,
  fill,
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

describe('who was asked to leave and does not have to any more', patient, () => {
  it('stays, is told so, and has its room back, when the request is withdrawn', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await inState(answer.decisionId, 'reserved')
    const id = answer.victims[0]?.instanceId ?? fillers[0]
    if (id === undefined) throw new Error('nobody')
    await server.until('the notice', async () =>
      (await server.app.store.notices.forInstance(id, 5)).length > 0 ? true : undefined,
    )
    await server.app.commands.giveUpRoom(answer.decisionId, 'changed my mind', operator)
    expect(await ended(answer.decisionId)).toMatchObject({ state: 'cancelled', verdict: { code: 'request-withdrawn' } })
    expect(await server.cloud.claims.claims(never)).toEqual([])
    expect(server.cloud.metadataOf(id)).toEqual({})
    await server.until('the call-off', async () =>
      (await server.app.store.notices.forInstance(id, 5)).some(({ sentence }) =>
        sentence.includes('will not be stopped'),
      )
        ? true
        : undefined,
    )
    await server.cycles(5)
    expect(await running(fillers)).toBe(fillers.length)
    // Its claim in the scheduler's books is its own again: nothing else fits there.
    const full = await server.app.commands.makeRoom(request({ requestId: 'later' }), operator)
    expect(full.state).toBe('making')
  })

  it('stays, when another host has room by the end of the notice', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await inState(answer.decisionId, 'reserved')
    const host = answer.placements[0]?.hostId
    const snapshot = server.app.state.clouds.get(server.cloud.id)?.snapshot
    const elsewhere = fillers.find((id) => snapshot?.instanceById.get(id)?.hostId !== host)
    if (elsewhere === undefined) throw new Error('all on one host')
    expect(server.cloud.actByHand(elsewhere, 'delete')).toBe(true)
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))
    if (held.state !== 'held') throw new Error(held.state)
    expect(held.placements[0]?.hostId).not.toBe(host)
    expect(await evicted()).toEqual([])
    expect(await running(fillers)).toBe(fillers.length - 1)
  })

  it('left for nothing, when nobody comes for the room: it comes back first of all', async () => {
    await start('enforce', '  hold: 1m\n'.replace('hold: 1m', 'minimumRun: 0s'))
    await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(60_000))
    await server.app.commands.takeRoom(answer.decisionId, operator)
    await server.app.commands.roomTaken(answer.decisionId, { failure: 'nova answered 500' }, operator)
    expect(await ended(answer.decisionId)).toMatchObject({ state: 'failed', verdict: { code: 'room-lost' } })
    const id = answer.victims[0]?.instanceId
    if (id === undefined) throw new Error('nobody')
    await server.until('it runs again', async () => ((await look(id))?.state === 'running' ? true : undefined))
    expect(await server.cloud.claims.claims(never)).toEqual([])
  })
})

describe('a victim that does not leave', patient, () => {
  it('is replaced by another, and stays where it is', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    const stubborn = answer.victims[0]?.instanceId
    if (stubborn === undefined) throw new Error('nobody')
    server.cloud.faults.put({ kind: 'refuse', calls: ['act'], action: 'stop', instanceId: stubborn })
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(90_000))
    expect(held.state).toBe('held')
    const decision = await decisionOf(answer.decisionId)
    expect(decision?.attempt).toBe(2)
    expect(decision?.victims.map(({ state }) => state).sort()).toEqual(['left', 'stayed'])
    expect((await look(stubborn))?.state).toBe('running')
    expect(await running(fillers)).toBe(fillers.length - 1)
    expect(server.cloud.metadataOf(stubborn)).toEqual({})
  })

  it('is locked during its notice: another is told, and has its whole notice', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    const locked = answer.victims[0]?.instanceId
    if (locked === undefined) throw new Error('nobody')
    await inState(answer.decisionId, 'reserved')
    await server.cloud.labels.setTags(locked, { add: ['gleaner-protected'] }, never)
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(90_000))
    expect(held.state).toBe('held')
    expect((await look(locked))?.state).toBe('running')
    expect(await running(fillers)).toBe(fillers.length - 1)
    const { items } = await server.app.store.journal.list({}, { limit: 10, offset: 0 })
    const [entry] = items.filter(({ action }) => action === 'stop')
    const notices = await server.app.store.notices.forInstance(entry?.instanceId ?? '', 5)
    expect((entry?.intendedAtMs ?? 0) - (notices.at(-1)?.createdAtMs ?? 0)).toBeGreaterThanOrEqual(120_000)
  })

  it('has gone by itself: nobody else is asked for its room', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    const gone = answer.victims[0]?.instanceId
    if (gone === undefined) throw new Error('nobody')
    await inState(answer.decisionId, 'reserved')
    server.cloud.actByHand(gone, 'delete')
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(90_000))
    expect(held.state).toBe('held')
    expect(await running(fillers)).toBe(fillers.length - 1)
    expect(await evicted()).toEqual([])
    expect((await server.app.store.evictions.evictions({}, { limit: 10, offset: 0 })).total).toBe(0)
  })

  it('nobody can leave in the end: the request fails with the reason, and who left comes back', async () => {
    await start()
    const fillers = await fill()
    const answer = making(await server.app.commands.makeRoom(request({ vcpus: 16, memoryMiB: 32 * 1024 }), operator))
    const [leaves, ...stay] = answer.victims.map(({ instanceId }) => instanceId)
    if (leaves === undefined) throw new Error('nobody')
    for (const id of fillers)
      if (id !== leaves) server.cloud.faults.put({ kind: 'conflict', calls: ['act'], action: 'stop', instanceId: id })
    expect(stay.length).toBeGreaterThan(0)
    const decision = await ended(answer.decisionId)
    expect(decision.state).toBe('failed')
    expect(['room-refused', 'too-many-plans']).toContain(decision.verdict.code)
    expect(await server.cloud.claims.claims(never)).toEqual([])
    await server.until('everybody runs again', async () =>
      (await running(fillers)) === fillers.length ? true : undefined,
    )
  })
})

describe('a cloud with bad days', patient, () => {
  it('that does not answer while room is held, told and released: it is done once all the same', async () => {
    await start()
    await fill()
    for (const call of ['claim', 'label', 'act'] as const)
      server.cloud.faults.put({ kind: 'unavailable', calls: [call], times: 2 })
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(90_000))
    expect(held.state).toBe('held')
    expect(await evicted()).toEqual(answer.victims.map(({ name }) => name))
  })

  it('in which somebody else is faster: the room is planned anew, and nobody has left for the first plan', async () => {
    await start()
    const fillers = await fill()
    server.cloud.faults.put({ kind: 'no-room', calls: ['claim'], times: 1 })
    const answer = making(await server.app.commands.makeRoom(request(), operator))
    const held = await server.app.commands.awaitRoom(answer.decisionId, AbortSignal.timeout(90_000))
    expect(held.state).toBe('held')
    expect((await decisionOf(answer.decisionId))?.attempt).toBe(2)
    expect(await running(fillers)).toBe(fillers.length - 1)
  })

  it('refuses what is larger than any host, and says what would help', async () => {
    await start()
    await fill()
    const answer = await server.app.commands.makeRoom(request({ vcpus: 5000 }), operator)
    expect(answer).toMatchObject({
      state: 'refused',
      verdict: { code: 'room-refused' },
      reasons: { 'too-small-vcpus': 4 },
    })
    if (answer.state === 'refused') expect(answer.unblock.join()).toMatch(/larger host/)
  })

  it('answers nothing about a cloud it has no recent and whole reading of', async () => {
    await start()
    await fill()
    const end = server.cloud.faults.put({ kind: 'partial', hostShare: 0.5, calls: ['observe'] })
    await server.until('a reading with gaps', () =>
      (server.app.state.clouds.get(server.cloud.id)?.snapshot?.gaps.length ?? 0) > 0 ? true : undefined,
    )
    const answer = await server.app.commands.makeRoom(request(), operator)
    expect(answer).toMatchObject({ state: 'refused', verdict: { code: 'snapshot-partial' } })
    end()
  })
})
