// A request for which there is only what another request's victim leaves over: it is told to wait, waits, and nobody else
// has to leave for it.
import { afterEach, describe, expect, it } from 'vitest'
import { ended, evicted, fill, hosts, making, never, patient, request, server, size, start } from './eviction-scene.ts'
import { operator } from './test-server.ts'

afterEach(async () => server.stop())

const half = { vcpus: size.vcpus / 2, memoryMiB: size.memoryMiB / 2, diskGiB: size.diskGiB / 2 }

/** The first host, with not even half a filler's memory to sell. */
async function fullHost() {
  await start()
  await fill()
  const [host] = await hosts()
  if (host === undefined) throw new Error('no host')
  const used = async () =>
    (await server.cloud.observe(never)).instances
      .filter(({ hostId, state }) => hostId === host.id && !['stopped', 'shelved'].includes(state))
      .reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)
  const left = (host.memoryMiB - host.reservedMemoryMiB) * (host.memoryRatio ?? 1) - (await used())
  if (left >= half.memoryMiB) {
    const name = 'gap'
    await server.cloud.creation.create(
      { ...request(), ...half, name, hostId: host.id, tags: [], idempotencyKey: name },
      never,
    )
    await server.until('the gap to be filled in the reading', () =>
      server.app.state.clouds.get(server.cloud.id)?.snapshot?.instances.some((each) => each.name === name)
        ? true
        : undefined,
    )
  }
  return host
}

const create = (name: string, hostId: Awaited<ReturnType<typeof hosts>>[number]['id']) =>
  server.cloud.creation.create({ ...request(), ...half, name, hostId, tags: [], idempotencyKey: name }, never)

describe('what a victim leaves over', patient, () => {
  it('is not free while it is there; who wants it waits, and gets it when the first has taken its room', async () => {
    const host = await fullHost()
    const hints = { onHosts: [host.id] }
    const first = making(await server.app.commands.makeRoom(request({ ...half, name: 'first', hints }), operator))
    expect(first.victims).toHaveLength(1)
    const second = making(await server.app.commands.makeRoom(request({ ...half, name: 'second', hints }), operator))
    expect(second).toMatchObject({ victims: [], verdict: { code: 'room-later' }, placements: [{ hostId: host.id }] })
    expect(second.readyAtMs).toBeGreaterThanOrEqual(first.readyAtMs ?? Number.POSITIVE_INFINITY)
    // The cloud says so as well.
    await expect(create('too-early', host.id)).rejects.toMatchObject({ code: 'cloud-conflict' })

    expect(await server.app.commands.awaitRoom(first.decisionId, AbortSignal.timeout(60_000))).toMatchObject({
      state: 'held',
    })
    expect(await server.app.commands.room(second.decisionId)).toMatchObject({ state: 'making' })
    await server.app.commands.takeRoom(first.decisionId, operator)
    const made = await create('first', host.id)
    await server.app.commands.roomTaken(first.decisionId, { instanceIds: [made] }, operator)

    expect(await server.app.commands.awaitRoom(second.decisionId, AbortSignal.timeout(60_000))).toMatchObject({
      state: 'held',
      placements: second.placements,
    })
    await server.app.commands.takeRoom(second.decisionId, operator)
    await create('second', host.id)
    await server.app.commands.roomTaken(second.decisionId, { instanceIds: [] }, operator)
    expect(await ended(second.decisionId)).toMatchObject({ state: 'done', attempt: 1, victims: [] })
    expect(await evicted()).toEqual([first.victims[0]?.name])
  })

  it('is waited for no longer when the first comes to nothing: then somebody leaves for the second', async () => {
    const host = await fullHost()
    const hints = { onHosts: [host.id] }
    const first = making(await server.app.commands.makeRoom(request({ ...half, name: 'first', hints }), operator))
    const second = making(await server.app.commands.makeRoom(request({ ...half, name: 'second', hints }), operator))
    expect(second.victims).toEqual([])
    await server.app.commands.giveUpRoom(first.decisionId, 'not needed', operator)
    expect(await server.app.commands.awaitRoom(second.decisionId, AbortSignal.timeout(60_000))).toMatchObject({
      state: 'held',
    })
    expect(await evicted()).toHaveLength(1)
  })
})
