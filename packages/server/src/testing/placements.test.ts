// A placement question about a live cloud: the answer is that of makeRoom, and asking changes nothing; and the same in earnest,
// over HTTP, until the instance stands in its room.
import { cloudId, type HostId, type LivePlacement, type Mode, projectId, type RoomStateView } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../auth/token-secret.ts'
import { evicted, fill, making, never, patient, request, server, size, start } from './eviction-scene.ts'
import { operator } from './test-server.ts'

afterEach(async () => server.stop())

const asked = { preemptible: false, vcpus: size.vcpus, ramMiB: size.memoryMiB, diskGiB: size.diskGiB, count: 1 }

describe('a preview', patient, () => {
  it('names the victim that makeRoom names, with action and notice, and begins nothing', async () => {
    await start()
    await fill()
    const preview = server.app.commands.previewRoom({ cloudId: server.cloud.id, request: asked })
    expect(preview.answer).toMatchObject({ feasible: true, cost: 1, placements: [{ instance: 0 }] })
    expect(preview.answer.victims).toHaveLength(1)
    expect(preview.eviction).toEqual({ action: 'stop', noticeMs: 120_000 })
    const hosts = (await server.cloud.observe(never)).hosts.map(({ name }) => name)
    expect(Object.keys(preview.answer.reasons).sort()).toEqual([...hosts].sort())
    expect((await server.app.store.evictions.decisions({}, { limit: 10, offset: 0 })).total).toBe(0)

    const made = making(await server.app.commands.makeRoom(request(), operator))
    expect(made.victims.map(({ instanceId }) => instanceId)).toEqual(preview.answer.victims.map(({ id }) => id))
    // What is promised to that request is promised to no other.
    const after = server.app.commands.previewRoom({ cloudId: server.cloud.id, request: asked })
    expect(after.answer.victims.map(({ id }) => id)).not.toContain(made.victims[0]?.instanceId)
  })

  it('follows the objective that is asked for, and the hints', async () => {
    await start()
    await fill()
    const [first] = (await server.cloud.observe(never)).hosts
    const hosts = [first?.name ?? '']
    const preview = server.app.commands.previewRoom({
      cloudId: server.cloud.id,
      objective: 'least-work',
      request: { ...asked, hints: { hosts } },
    })
    expect(preview.answer.placements).toEqual([{ instance: 0, host: hosts[0] }])
    // Core-seconds, not a count of instances.
    expect(preview.answer.cost).toBeGreaterThan(1)
  })

  it('of a cloud that is not there is an error', async () => {
    await start()
    expect(() => server.app.commands.previewRoom({ cloudId: cloudId('none'), request: asked })).toThrow(
      'The cloud none',
    )
  })
})

/** As an operator with a token. */
async function call(path: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${server.url}/api/v1/placements${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  })
  return { status: answer.status, body: await answer.json() }
}

async function place(asks: object): Promise<{ readonly status: number; readonly body: LivePlacement }> {
  const { status, body } = await call('', asks)
  return { status, body: body as LivePlacement }
}

async function room(path: string, body?: object): Promise<{ readonly status: number; readonly body: RoomStateView }> {
  const answer = await call(path, body)
  return { status: answer.status, body: answer.body as RoomStateView }
}

let secret = ''
async function startWithToken(mode: Mode = 'enforce'): Promise<void> {
  await start(mode)
  secret = newSecret()
  const createdAtMs = server.clock.nowMs()
  await server.app.store.tokens.create(
    { name: 'ci', role: 'operator', projects: [], createdAtMs, createdBy: 'test', expiresAtMs: undefined },
    hashSecret(secret),
  )
}

const earnest = { dryRun: false, request: { ...asked, hints: { project: 'web-shop' } } }

describe('in earnest, over HTTP', patient, () => {
  it('is free at once where there is room, and nothing is held', async () => {
    await startWithToken()
    const small = { ...earnest.request, vcpus: 1, ramMiB: 1024, diskGiB: 1 }
    const { status, body } = await place({ ...earnest, request: small })
    expect(status).toBe(200)
    expect(body.room).toMatchObject({ state: 'free', placements: [{ instance: 0, host: expect.any(String) }] })
    expect(body.room?.decision).toBeUndefined()
    expect(await server.cloud.claims.claims(never)).toEqual([])
  })

  it('makes room, holds it, opens it when it is taken, and the instance runs where the answer said', async () => {
    await startWithToken()
    await fill()
    const first = await place({ ...earnest, requestId: 'mine' })
    expect(first.status).toBe(200)
    const { room: begun, answer, action, noticeS } = first.body
    expect(begun).toMatchObject({ state: 'making', readyAt: expect.any(String), sentence: expect.any(String) })
    expect({ action, noticeS, victims: answer.victims.length }).toEqual({ action: 'stop', noticeS: 120, victims: 1 })
    expect(begun?.placements).toEqual(answer.placements)
    const id = begun?.decision ?? ''
    // The same request again is the same decision, and room that is not held cannot be taken.
    expect((await place({ ...earnest, requestId: 'mine' })).body.room?.decision).toBe(id)
    expect(await call(`/${id}/take`, {})).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('not held') },
    })

    const held = await server.until('the room to be held', async () => {
      const { body } = await room(`/${id}`)
      return body.state === 'held' ? body : undefined
    })
    expect(Date.parse(held.heldUntil ?? '')).toBeGreaterThan(server.clock.nowMs())
    expect(await server.cloud.claims.claims(never)).toHaveLength(1)
    const taken = await room(`/${id}/take`, {})
    expect(taken).toMatchObject({ status: 200, body: { state: 'taken', decision: id, placements: held.placements } })
    expect(await room(`/${id}/take`, {})).toMatchObject({ status: 200, body: { state: 'taken' } })
    expect(await server.cloud.claims.claims(never)).toEqual([])

    const { hosts } = await server.cloud.observe(never)
    const hostId = hosts.find(({ name }) => name === held.placements[0]?.host)?.id as HostId
    const made = await server.cloud.creation.create(
      {
        ...size,
        name: 'mine',
        projectId: projectId(server.cloud.id, 'web-shop'),
        hostId,
        flavor: undefined,
        firmness: 'firm',
        tags: [],
        idempotencyKey: 'mine',
      },
      never,
    )
    await server.until('it to run', async () =>
      (await server.cloud.look(made, never)).instance?.state === 'running' ? true : undefined,
    )
    expect(await evicted()).toHaveLength(1)
    expect((await room(`/${id}`)).body.state).toBe('taken')
  })

  it('says why nothing is made, and what is not there', async () => {
    await startWithToken('observe')
    await fill()
    const { status, body } = await place(earnest)
    expect(status).toBe(200)
    expect(body.room).toMatchObject({ state: 'refused', placements: [], sentence: expect.stringContaining('observe') })
    expect(await call('/dec_none')).toMatchObject({ status: 404 })
    expect(await call('/dec_none/take', {})).toMatchObject({ status: 404 })
    expect(await call('', { dryRun: false, request: asked })).toMatchObject({ status: 400 })
  })
})
