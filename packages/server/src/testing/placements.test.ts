// A placement question about a live cloud: the answer is that of makeRoom, and asking changes nothing.
import { cloudId } from '@gleaner/model'
import { afterEach, describe, expect, it } from 'vitest'
import { fill, making, never, patient, request, server, size, start } from './eviction-scene.ts'
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
