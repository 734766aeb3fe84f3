// Servers that are made, wait for a host, and are placed, where it matters: races, crashes in between, nova's own settings.
import { nativeOf, projectId } from '@gleaner/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { begin, claimOf, end, host, never, open, small } from '../testing/facets-scene.ts'

beforeEach(begin)
afterEach(end)

describe('a creation', () => {
  const creation = () => open.cloud.creation

  it('under a key that was used before a restart finds what it made', async () => {
    const id = await creation().create(open.request(), never)
    expect(await open.again().creation.create(open.request(), never)).toBe(id)
    expect(open.fake.nova.servers.size).toBe(1)
  })

  it('that failed may be tried again under its key', async () => {
    open.fake.http.faultTimes(1, ({ method, path }) =>
      method === 'POST' && path.endsWith('/servers') ? { status: 503, body: {} } : undefined,
    )
    await expect(creation().create(open.request(), never)).rejects.toMatchObject({ code: 'cloud-unavailable' })
    await creation().create(open.request(), never)
    expect(open.fake.nova.servers.size).toBe(1)
  })

  it('whose answer was lost makes no second server', async () => {
    open.fake.http.faultTimes(1, ({ method, path, body }) => {
      if (method !== 'POST' || !path.endsWith('/servers')) return undefined
      const { tags } = (body as { server: { tags: string[] } }).server
      open.fake.nova.boot({ name: 'new', host: 'compute-1', tags })
      return 'drop'
    })
    await expect(creation().create(open.request(), never)).rejects.toMatchObject({ code: 'cloud-unavailable' })
    await creation().create(open.request(), never)
    expect(open.fake.nova.servers.size).toBe(1)
  })

  it('on a host without room, or closed, leaves nothing behind', async () => {
    await open.cloud.claims.claim(claimOf('c1', [], { vcpus: 1, memoryMiB: 8000, diskGiB: 1 }), never)
    await open.cloud.claims.claim(claimOf('c2', [], { vcpus: 1, memoryMiB: 3000, diskGiB: 1 }), never)
    await open.cloud.hostControl.close(host('compute-2'), 'x', never)
    for (const name of ['compute-1', 'compute-2']) {
      const request = open.request({ hostId: host(name), idempotencyKey: name })
      await expect(creation().create(request, never)).rejects.toMatchObject({
        code: 'cloud-conflict',
        message: /has no room for it/,
      })
    }
    expect(open.fake.nova.servers.size).toBe(0)
  })

  it('asks nova for what the native part says, without the words nova does not know', async () => {
    const asked: unknown[] = []
    open.fake.http.fault(({ method, path, body }) => {
      if (method === 'POST' && path.endsWith('/servers')) asked.push(body)
      return undefined
    })
    const native = {
      imageRef: 'i',
      networks: 'none',
      preemptible: true,
      min_count: 3,
      user_data: 'e30=',
      'os:scheduler_hints': { group: 'g' },
    }
    await creation().create(open.request({ native, firmness: 'preemptible', tags: ['batch'] }), never)
    expect(asked).toEqual([
      {
        server: {
          imageRef: 'i',
          networks: 'none',
          user_data: 'e30=',
          name: 'new',
          flavorRef: '2',
          tags: ['batch', 'preemptible', expect.stringMatching(/^gleaner-created-[0-9a-f]{32}$/)],
        },
        'OS-SCH-HNT:scheduler_hints': { group: 'g' },
      },
    ])
  })

  it('in a project is made by a token for that project, and told where Gleaner may not act in it', async () => {
    const id = await creation().create(open.request(), never)
    expect(open.fake.nova.servers.get(nativeOf(id))?.tenant_id).toBe('physics')
    const foreign = open.request({ projectId: projectId(open.cloud.id, 'chemistry'), idempotencyKey: 'k2' })
    await expect(creation().create(foreign, never)).rejects.toMatchObject({ code: 'cloud-refused' })
  })

  it('for somebody else gives them their own key', async () => {
    open.fake.nova.keyPairs.all.set('ada laptop', 'ssh-ed25519 AAAA ada')
    const native = { imageRef: 'i', key_name: 'laptop', 'gleaner:owner': 'ada' }
    const asked: string[] = []
    open.fake.http.fault(({ method, path, body }) => {
      if (method === 'POST' && path.endsWith('/servers')) {
        asked.push((body as { server: { key_name: string } }).server.key_name)
      }
      return undefined
    })
    await creation().create(open.request({ native }), never)
    await creation().create(open.request({ native, idempotencyKey: 'k2' }), never)
    expect(asked).toEqual(['laptop of ada', 'laptop of ada'])
    expect(open.fake.nova.keyPairs.all.get('gleaner laptop of ada')).toBe('ssh-ed25519 AAAA ada')
    expect(open.fake.http.seen.filter((line) => line === 'POST /compute/v2.1/os-keypairs')).toHaveLength(1)
  })

  it('without an image is told so', async () => {
    const { native: _, ...without } = open.request()
    await expect(creation().create(without, never)).rejects.toMatchObject({
      code: 'cloud-refused',
      message: /needs an image or a volume/,
    })
  })
})

describe('an instance without a host', () => {
  it('is one that never had any, told with what it takes to ask again', async () => {
    for (const each of open.fake.nova.hosts) each.status = 'disabled'
    const native = { imageRef: 'i', networks: 'none' }
    const id = await open.cloud.creation.create(open.request({ native, tags: ['batch'] }), never)
    open.fake.nova.set(nativeOf(id), {
      key_name: 'laptop',
      user_id: 'ada',
      metadata: { gleaner_network: 'net1' },
      server_groups: ['g1'],
    })
    await open.until(async () => (await open.cloud.look(id, never)).instance?.state === 'error')
    const [found, ...others] = await open.cloud.creation.unplaced(never)
    expect(others).toEqual([])
    expect(found).toMatchObject({
      instanceId: id,
      name: 'new',
      projectId: 'fake:physics',
      firmness: 'firm',
      flavor: 'small',
      tags: ['batch'],
      ...small,
      reason: 'No valid host was found.',
      native: {
        imageRef: expect.stringMatching(/^[0-9a-f-]{36}$/),
        flavorRef: '2',
        key_name: 'laptop',
        'gleaner:owner': 'ada',
        networks: [{ uuid: 'net1' }],
        'os:scheduler_hints': { group: 'g1' },
      },
    })
    expect(found?.failedAtMs).toBeLessThanOrEqual(open.clock.nowMs())
    expect((await open.cloud.look(id, never)).fault).toBe('No valid host was found. ')
  })

  it('is not one that failed otherwise, or was on a host before', async () => {
    const fault = { code: 500, message: 'Build of instance aborted: image is broken' }
    const broken = open.boot()
    const nowhere = { 'OS-EXT-SRV-ATTR:host': null, 'OS-EXT-SRV-ATTR:hypervisor_hostname': null }
    const error = { status: 'ERROR', 'OS-EXT-STS:vm_state': 'error' }
    open.fake.nova.set(nativeOf(broken), { ...error, ...nowhere, 'OS-SRV-USG:launched_at': null, fault })
    const lost = open.boot()
    open.fake.nova.set(nativeOf(lost), { ...error, fault: { code: 500, message: 'No valid host was found. ' } })
    expect(await open.cloud.creation.unplaced(never)).toEqual([])
  })

  it('is read once, and again when it changes', async () => {
    for (const each of open.fake.nova.hosts) each.status = 'disabled'
    const id = await open.cloud.creation.create(open.request(), never)
    await open.until(async () => (await open.cloud.look(id, never)).instance?.state === 'error')
    const reads = () =>
      open.fake.http.seen.filter((line) => line === `GET /compute/v2.1/servers/${nativeOf(id)}`).length
    await open.cloud.creation.unplaced(never)
    const before = reads()
    expect(await open.cloud.creation.unplaced(never)).toHaveLength(1)
    expect(reads()).toBe(before)
    open.fake.nova.remove(nativeOf(id))
    expect(await open.cloud.creation.unplaced(never)).toEqual([])
  })
})

describe('placing', () => {
  it('on a host without room is a conflict, and what is no longer shelved stays where it is', async () => {
    const id = open.boot({ flavorRef: '4' })
    const shelve = { action: 'shelve', instanceId: id, hostId: undefined, idempotencyKey: 's' } as const
    await open.cloud.act(shelve, never)
    await open.until(async () => (await open.cloud.look(id, never)).instance?.state === 'shelved')
    await open.cloud.claims.claim(claimOf('c1', [], { vcpus: 1, memoryMiB: 8_000, diskGiB: 1 }), never)
    const { creation } = open.cloud
    const look = () => open.cloud.look(id, never)
    await expect(creation.place(id, host('compute-1'), never)).rejects.toMatchObject({ code: 'cloud-conflict' })
    await creation.place(id, host('compute-3'), never)
    await open.until(async () => (await look()).instance?.state === 'running')
    expect((await look()).instance?.hostId).toBe(host('compute-3'))
    await creation.place(id, host('compute-2'), never)
    expect((await look()).instance?.hostId).toBe(host('compute-3'))
  })

  it('is refused for what is stopped', async () => {
    const id = open.boot()
    open.fake.nova.set(nativeOf(id), { 'OS-EXT-STS:vm_state': 'stopped' })
    const placing = open.cloud.creation.place(id, undefined, never)
    await expect(placing).rejects.toMatchObject({ code: 'cloud-conflict', message: /it is stopped/ })
  })
})
