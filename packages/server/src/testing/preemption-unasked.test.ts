// Preemption that nobody asked for by hand: requests the cloud could not place, headroom, and tests of owners.
import { projectId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { ended, fill, look, never, patient, request, running, server, size, start } from './eviction-scene.ts'
import { operator } from './test-server.ts'

afterEach(async () => server.stop())

describe('a request that the cloud could not place', patient, () => {
  it('is made anew where room was made, the new id is told, and the old one goes', async () => {
    await start()
    const fillers = await fill()
    const failed = await server.cloud.creation.create(
      { ...request(), hostId: undefined, tags: ['mine'], idempotencyKey: 'x' },
      never,
    )
    expect((await look(failed))?.state).toBe('error')
    const made = await server.until('the new one to run and the old one to be gone', async () => {
      const { instances } = await server.cloud.observe(never)
      if (instances.some(({ id }) => id === failed)) return undefined
      return instances.find(({ name, state }) => name === 'big' && state === 'running')
    })
    expect(made).toMatchObject({ vcpus: size.vcpus, tags: ['mine'], firmness: 'firm' })
    expect(server.cloud.metadataOf(made.id)).toEqual({ 'gleaner-replaces': failed.split(':')[1] })
    const { items } = await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })
    const decision = await ended(items[0]?.id ?? '')
    expect(decision).toMatchObject({ state: 'done', verdict: { code: 'request-replaced' } })
    expect(await running(fillers)).toBe(fillers.length - 1)
    expect(await server.cloud.claims.claims(never)).toEqual([])
  })

  it('is given up when the new one neither runs nor fails: both stay, and no second one is made', async () => {
    await start('enforce', '', 600)
    await fill()
    const failed = await server.cloud.creation.create(
      { ...request(), hostId: undefined, tags: [], idempotencyKey: 'x' },
      never,
    )
    server.cloud.faults.put({ kind: 'stuck', calls: ['create'] })
    const [decision] = await server.until('the decision', async () => {
      const { items } = await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })
      return items.length > 0 ? items : undefined
    })
    const end = await ended(decision?.id ?? '')
    expect(end).toMatchObject({ state: 'failed', verdict: { code: 'request-not-running' } })
    const { newId, madeAtMs = 0 } = end.recreation ?? {}
    expect(end.updatedAtMs - madeAtMs).toBeGreaterThanOrEqual(1_800_000)
    expect((await look(failed))?.state).toBe('error')
    expect((await look(newId ?? failed))?.state).toBe('starting')
    const overMs = end.updatedAtMs + 2_000_000
    await server.until('the time of the next attempt to pass', async () => {
      await server.cycles(1)
      return server.app.clock.nowMs() > overMs ? true : undefined
    })
    const { items } = await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })
    expect(items.filter(({ kind }) => kind === 'room')).toHaveLength(1)
    const { instances } = await server.cloud.observe(never)
    expect(instances.filter(({ name }) => name === 'big')).toHaveLength(2)
  })

  it('is left alone when its owner has deleted it meanwhile', async () => {
    await start()
    const fillers = await fill()
    const failed = await server.cloud.creation.create(
      { ...request(), hostId: undefined, tags: [], idempotencyKey: 'x' },
      never,
    )
    const decision = await server.until('the decision', async () => {
      const [each] = (await server.app.store.evictions.decisions({}, { limit: 1, offset: 0 })).items
      return each?.state === 'reserved' ? each : undefined
    })
    server.cloud.actByHand(failed, 'delete')
    expect(await ended(decision.id)).toMatchObject({ state: 'cancelled', verdict: { code: 'request-gone' } })
    await server.cycles(3)
    expect(await running(fillers)).toBe(fillers.length)
  })
})

describe('without anybody asking', patient, () => {
  it('headroom is kept free by as few as it takes, and nobody returns into it', async () => {
    await start('enforce', '  watermark: 0.2\n')
    await fill()
    await server.until('the headroom', async () => {
      const [decision] = (await server.app.store.evictions.decisions({ kind: 'watermark' }, { limit: 1, offset: 0 }))
        .items
      return decision?.state === 'done' ? true : undefined
    })
    const free = async () => {
      const { hosts: all, instances } = await server.cloud.observe(never)
      const up = all.filter(({ state }) => state === 'up')
      const capacity = up.reduce(
        (sum, host) => sum + (host.memoryMiB - host.reservedMemoryMiB) * (host.memoryRatio ?? 1),
        0,
      )
      const used = instances
        .filter(({ hostId, state }) => up.some(({ id }) => id === hostId) && !['stopped', 'shelved'].includes(state))
        .reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)
      return (capacity - used) / capacity
    }
    expect(await free()).toBeGreaterThanOrEqual(0.2)
    await server.cycles(10)
    expect(await free()).toBeGreaterThanOrEqual(0.2)
  })

  it('a project beyond its quota is told, nobody leaves for it, and the next request is refused', async () => {
    await start('enforce', '  quotaByProject: { data-science: { instances: 0 } }\n')
    const project = projectId(server.cloud.id, 'data-science')
    const wish = { ...request(), projectId: project, firmness: 'preemptible', vcpus: 1, memoryMiB: 1024 } as const
    // Past Gleaner: the cloud knows no quota.
    const past = await server.cloud.creation.create(
      { ...wish, hostId: undefined, tags: [], idempotencyKey: 'p' },
      never,
    )
    const subject = `project ${project}`
    const problem = await server.until('the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find((each) => each.subject === subject),
    )
    expect(problem).toMatchObject({ code: 'quota-preemptible-exceeded', severity: 'warning' })
    expect(problem.sentence).toMatch(/^data-science has \d+ preemptible instances where 0 are allowed\.$/)
    expect(await server.app.commands.makeRoom(wish, operator)).toMatchObject({
      state: 'refused',
      verdict: { code: 'quota-preemptible' },
    })
    await server.cycles(3)
    expect((await look(past))?.state).toBe('running')
    expect((await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })).total).toBe(0)

    const { instances } = await server.cloud.observe(never)
    for (const each of instances)
      if (each.projectId === project && each.firmness === 'preemptible') server.cloud.actByHand(each.id, 'delete')
    await server.until('the problem to end', async () => {
      const open = await server.app.store.problems.list({ includeClosed: false })
      return open.some((each) => each.subject === subject) ? undefined : true
    })
  })

  it('a test shows the owner the whole course', async () => {
    await start('observe')
    const [id] = await fill()
    if (id === undefined) throw new Error('nobody')
    const decision = await server.app.commands.testEviction(id, operator)
    await expect(server.app.commands.testEviction(id, operator)).rejects.toMatchObject({ code: 'conflict' })
    expect(await ended(decision.id)).toMatchObject({ state: 'done', victims: [{ state: 'left' }] })
    const audit = await server.app.store.audit.list({ limit: 5, offset: 0 })
    expect(audit.items[0]).toMatchObject({ by: 'olga', what: 'test eviction', object: id })
    // In every mode: the end of what a person began belongs to it.
    await server.until('the return to be noted', async () => {
      const { items } = await server.app.store.evictions.evictions({}, { limit: 10, offset: 0 })
      return items.length === 1 && items[0]?.state === 'returned' ? true : undefined
    })
    expect((await look(id))?.state).toBe('running')
  })
})
