// What an OpenStack does wrong, and what people do to it meanwhile: nothing is lost, nothing invented, nothing done twice.
import { type InstanceId, nativeOf } from '@gleaner/model'
import type { ActionRequest, CloudEvent } from '@gleaner/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FakeRequest } from './testing/fake-http.ts'
import { fakePassword } from './testing/fake-openstack.ts'
import { recorded } from './testing/recorded.ts'
import { type OpenedFake, openFake } from './testing/open-fake.ts'

const never = new AbortController().signal
let open: OpenedFake
let keys = 0

beforeEach(async () => {
  open = await openFake()
})
afterEach(() => open.close())

const request = (action: ActionRequest['action'], instanceId: InstanceId): ActionRequest => ({
  action,
  instanceId,
  hostId: undefined,
  idempotencyKey: `k-${++keys}`,
})
const act = (action: ActionRequest['action'], id: InstanceId) => open.cloud.act(request(action, id), never)
const stateOf = async (id: InstanceId) => (await open.cloud.look(id, never)).instance?.state
const isAction = ({ path }: FakeRequest) => path.endsWith('/action')
const isOf =
  (part: string) =>
  ({ path }: FakeRequest) =>
    path.includes(part)

describe('an action that nova answers with', () => {
  it.each([
    ['409 for good', { status: 409, body: {} }, 'cloud-conflict'],
    ['413', { status: 413, body: {} }, 'cloud-unavailable'],
    ['429', { status: 429, body: {} }, 'cloud-unavailable'],
    ['500', { status: 500, body: { computeFault: { message: 'Unexpected API Error' } } }, 'cloud-broken'],
    ['503', { status: 503, body: {} }, 'cloud-unavailable'],
    ['403', recorded('forbidden-servers'), 'cloud-refused'],
    ['nothing', 'drop', 'cloud-unavailable'],
  ] as const)('%s is a fault of its kind, and nothing has happened', async (_, answer, code) => {
    const id = open.boot()
    const end = open.fake.http.fault((asked) => (isAction(asked) ? (answer as never) : undefined))
    await expect(act('suspend', id)).rejects.toMatchObject({ code })
    end()
    expect(await stateOf(id)).toBe('running')
    await act('suspend', id)
    await open.until(async () => (await stateOf(id)) === 'suspended')
  })

  it('409 because somebody else was faster with the same is accepted', async () => {
    const id = open.boot()
    open.fake.http.faultTimes(1, (asked) => {
      if (!isAction(asked)) return undefined
      open.fake.nova.set(nativeOf(id), { 'OS-EXT-STS:task_state': 'suspending' })
      return recorded('refused-state')
    })
    await act('suspend', id)
  })

  it('garbage after it was carried out is a fault, and asking again is accepted without a second call', async () => {
    const id = open.boot()
    open.fake.http.faultTimes(1, (asked) => {
      if (!isAction(asked)) return undefined
      open.fake.nova.set(nativeOf(id), { 'OS-EXT-STS:task_state': 'suspending' })
      return { raw: '<html>' }
    })
    await expect(act('suspend', id)).rejects.toMatchObject({ code: 'cloud-broken' })
    await act('suspend', id)
    expect(open.fake.http.seen.filter((line) => line.endsWith('/action'))).toHaveLength(1)
  })
})

describe('a victim', () => {
  it('that somebody locked is left alone, with the reason', async () => {
    const id = open.boot()
    open.fake.nova.set(nativeOf(id), { locked: true, locked_reason: 'exam' })
    for (const action of ['suspend', 'shelve', 'delete'] as const) {
      await expect(act(action, id)).rejects.toMatchObject({ code: 'cloud-conflict', message: /it is locked: exam/ })
    }
    expect(open.fake.http.seen.some((line) => line.endsWith('/action'))).toBe(false)
  })

  it('that is already gone is not found', async () => {
    const id = open.boot()
    open.fake.nova.remove(nativeOf(id))
    await expect(act('delete', id)).rejects.toMatchObject({ code: 'cloud-not-found' })
  })

  it('that goes between the look and the call is not found', async () => {
    const id = open.boot()
    open.fake.http.faultTimes(1, (asked) => {
      if (isAction(asked)) open.fake.nova.remove(nativeOf(id))
      return isAction(asked) ? recorded('not-found') : undefined
    })
    await expect(act('delete', id)).rejects.toMatchObject({ code: 'cloud-not-found' })
  })

  it('that may not be deleted by force is deleted plainly', async () => {
    const id = open.boot()
    open.fake.http.fault((asked) => (isAction(asked) ? recorded('forbidden-servers') : undefined))
    await act('delete', id)
    await open.until(async () => (await stateOf(id)) === undefined)
  })

  it('that cannot be deleted at all is told as refused', async () => {
    const id = open.boot()
    const isDeletion = (asked: FakeRequest) => isAction(asked) || asked.method === 'DELETE'
    open.fake.http.fault((asked) => (isDeletion(asked) ? recorded('forbidden-servers') : undefined))
    await expect(act('delete', id)).rejects.toMatchObject({ code: 'cloud-refused' })
    expect(await stateOf(id)).toBe('running')
  })
})

describe('an action in several calls', () => {
  it('of a paused instance lets it run first', async () => {
    const id = open.boot()
    await act('pause', id)
    await open.until(async () => (await stateOf(id)) === 'paused')
    await open.during(act('suspend', id))
    await open.until(async () => (await stateOf(id)) === 'suspended')
  })

  it('of which the first does not end is a conflict', async () => {
    const id = open.boot()
    await act('pause', id)
    await open.until(async () => (await stateOf(id)) === 'paused')
    open.fake.http.fault((asked) => {
      if (!isAction(asked)) return undefined
      open.fake.nova.set(nativeOf(id), { 'OS-EXT-STS:task_state': 'unpausing' })
      return { status: 202, body: null }
    })
    const acting = open.during(act('stop', id))
    await expect(acting).rejects.toMatchObject({ code: 'cloud-conflict', message: /unpausing does not end/ })
  })

  it('takes a shelved instance off its host where nova would keep it there', async () => {
    open.fake.nova.keepsShelved = true
    const id = open.boot()
    await act('shelve', id)
    await open.until(async () => (await stateOf(id)) === 'shelved')
    expect(open.fake.placement.consumers.has(nativeOf(id))).toBe(false)
  })

  it('that nova took and could not end is told in nova’s words', async () => {
    const id = open.boot()
    await act('shelve', id)
    await open.until(async () => (await stateOf(id)) === 'shelved')
    for (const host of open.fake.nova.hosts) host.status = 'disabled'
    await act('start', id)
    await open.until(async () => (await stateOf(id)) === 'shelved')
    expect((await open.cloud.look(id, never)).fault).toBe('NoValidHost: No valid host was found.')
  })
})

describe('a reading', () => {
  it('goes on with a new token when the old one ends in the middle', async () => {
    open.boot()
    open.fake.http.faultTimes(1, ({ path, headers }) => {
      if (!path.startsWith('/placement')) return undefined
      open.fake.tokens.delete(String(headers['x-auth-token']))
      return recorded('unauthenticated-nova')
    })
    expect((await open.cloud.observe(never)).gaps).toEqual([])
    expect(open.fake.http.seen.filter((line) => line.endsWith('/auth/tokens'))).toHaveLength(2)
  })

  it.each([
    ['servers', '/servers/detail', 'instances'],
    ['hypervisors', '/os-hypervisors', 'hosts'],
    ['providers', '/resource_providers', 'room and ratios of the hosts'],
    ['aggregates', '/os-aggregates', 'aggregates'],
    ['projects', '/identity/v3/projects', 'projects'],
  ])('has a gap where %s could not be read', async (_, path, scope) => {
    open.boot()
    for (const fault of [() => ({ status: 500, body: {} }), () => ({ raw: 'garbage' }), () => 'drop' as const]) {
      const end = open.fake.http.fault((asked) => (isOf(path)(asked) ? fault() : undefined))
      expect((await open.cloud.observe(never)).gaps).toMatchObject([{ scope }])
      end()
    }
    expect((await open.cloud.observe(never)).gaps).toEqual([])
  })

  it('has a gap for a server that makes no sense, and all the others', async () => {
    const ids = [open.boot(), open.boot()]
    open.fake.nova.set(nativeOf(ids[0] as InstanceId), { created: 'yesterday' })
    const { instances, gaps } = await open.cloud.observe(never)
    expect(instances.map(({ id }) => id)).toEqual([ids[1]])
    expect(gaps).toMatchObject([{ scope: `instance ${nativeOf(ids[0] as InstanceId)}`, reason: /created is no time/ }])
  })

  it('fails where neither servers nor hypervisors can be read', async () => {
    open.fake.http.fault((asked) => (isOf('/compute')(asked) ? { status: 503, body: {} } : undefined))
    await expect(open.cloud.observe(never)).rejects.toMatchObject({ code: 'cloud-unavailable' })
  })

  it('lists a closed or a full cloud as it is', async () => {
    const [host] = open.fake.nova.hosts
    Object.assign(host as object, { status: 'disabled', disabledReason: 'new memory' })
    const { hosts } = await open.cloud.observe(never)
    expect(hosts.map(({ state }) => state)).toEqual(['maintenance', 'up', 'up'])
  })

  it('of a cloud whose clock is ahead has nothing that was made in the future, and the check tells', async () => {
    const id = open.boot()
    const aheadMs = 3_600_000
    open.fake.nova.set(nativeOf(id), { created: new Date(open.clock.nowMs() + aheadMs).toISOString() })
    const date = new Date(open.clock.nowMs() + aheadMs).toUTCString()
    open.fake.http.fault((asked) => {
      if (!isOf('/servers/detail')(asked)) return undefined
      return { status: 200, body: { servers: [...open.fake.nova.servers.values()] }, headers: { date } }
    })
    const { instances } = await open.cloud.observe(never)
    expect(instances[0]?.createdAtMs).toBe(open.clock.nowMs())
    const items = await open.cloud.check(never)
    expect(items.find(({ what }) => what === 'instances of all projects')?.detail).toMatch(/3600 s ahead of ours/)
  })
})

describe('pages', () => {
  beforeEach(() => {
    open.fake.nova.pageSize = 2
  })

  it('show every instance once, also one that came or went while they were read', async () => {
    const ids = Array.from({ length: 7 }, () => open.boot())
    const [first, , , , , , last] = ids
    let born: InstanceId | undefined
    open.fake.http.faultTimes(1, (asked) => {
      if (!isOf('/servers/detail')(asked) || asked.query.get('marker') === null || born !== undefined) return undefined
      // By now the first page was read.
      open.fake.nova.remove(nativeOf(first as InstanceId))
      open.fake.nova.set(nativeOf(last as InstanceId), { name: 'renamed' })
      born = open.boot({ name: 'born' })
      return undefined
    })
    const { instances, gaps } = await open.cloud.observe(never)
    expect(gaps).toEqual([])
    expect(new Set(instances.map(({ id }) => id))).toEqual(new Set([...ids.slice(1), born]))
    expect(instances).toHaveLength(ids.length)
    expect(instances.find(({ id }) => id === last)?.name).toBe('renamed')
  })

  it('are begun anew when the server between two of them is deleted', async () => {
    const ids = Array.from({ length: 5 }, () => open.boot())
    let isRemoved = false
    open.fake.http.fault((asked) => {
      const marker = asked.query.get('marker')
      if (marker === null || isRemoved) return undefined
      isRemoved = true
      open.fake.nova.remove(marker)
      return undefined
    })
    const { instances } = await open.cloud.observe(never)
    expect(instances.map(({ id }) => id)).toEqual(ids.filter((_, index) => index !== 1))
  })
})

describe('a user who may not do everything', () => {
  const forbid = (path: string, name: string) =>
    open.fake.http.fault((asked) => (isOf(path)(asked) ? recorded(name) : undefined))

  it('is told which right is missing for what', async () => {
    open.boot()
    forbid('/os-hypervisors', 'forbidden-hypervisors')
    forbid('/servers/detail', 'forbidden-servers')
    forbid('/resource_providers', 'forbidden-placement')
    forbid('/identity/v3/projects', 'forbidden-projects')
    const missing = (await open.cloud.check(never)).filter(({ ok }) => !ok)
    expect(missing.map(({ what, remedy }) => [what, /policy rule (\S+)/.exec(remedy ?? '')?.[1]])).toEqual([
      ['instances of all projects', 'os_compute_api:servers:detail:get_all_tenants'],
      ['hosts', 'os_compute_api:os-hypervisors:list-detail'],
      ['placement', 'placement:resource_providers:list'],
      ['names of projects', 'identity:list_projects'],
    ])
    expect(missing[1]?.detail).toContain('os_compute_api:os-hypervisors:list-detail')
  })

  it('without hosts or other projects has a partial reading', async () => {
    forbid('/os-hypervisors', 'forbidden-hypervisors')
    const { gaps, hosts } = await open.cloud.observe(never)
    expect(hosts).toEqual([])
    expect(gaps).toMatchObject([{ scope: 'hosts', reason: /list-detail/ }])
  })

  it('without placement and names of projects has a whole reading that knows less', async () => {
    open.boot()
    forbid('/resource_providers', 'forbidden-placement')
    forbid('/identity/v3/projects', 'forbidden-projects')
    const { gaps, hosts, projects } = await open.cloud.observe(never)
    expect(gaps).toEqual([])
    expect(hosts[0]).toMatchObject({ cores: 10, memoryMiB: 8192, coreRatio: undefined })
    expect(projects.map(({ name }) => name)).toEqual(['physics'])
  })

  it('who may not see where instances are has a gap', async () => {
    const id = open.boot()
    const server = open.fake.nova.servers.get(nativeOf(id))
    if (server !== undefined) delete (server as Record<string, unknown>)['OS-EXT-SRV-ATTR:host']
    const { gaps } = await open.cloud.observe(never)
    expect(gaps).toMatchObject([{ scope: 'hosts of 1 instances', reason: /os-extended-server-attributes/ }])
  })

  it('who is unknown is told so, without the password', async () => {
    open.fake.http.fault((asked) => (isOf('/auth/tokens')(asked) ? recorded('unauthenticated-keystone') : undefined))
    const [item] = await open.cloud.check(never)
    expect(item).toMatchObject({ what: 'keystone', ok: false, remedy: /Correct the user, password/ })
    expect(JSON.stringify(item)).not.toContain(fakePassword)
    await expect(open.cloud.observe(never)).rejects.toMatchObject({ code: 'cloud-refused' })
  })

  it('whose settings are wrong is told the key', async () => {
    const cloud = open.again({ settings: { environment: {}, file: '/nowhere/clouds.yaml' } })
    expect(await cloud.check(never)).toMatchObject([
      { what: 'keystone', ok: false, detail: /\/nowhere\/clouds.yaml/, remedy: /Correct the key/ },
    ])
    await expect(cloud.observe(never)).rejects.toMatchObject({ code: 'cloud-unavailable' })
  })
})

describe('changes', () => {
  it('are told by asking nova while the bus is gone', async () => {
    const id = open.boot()
    await open.clock.advance(60_000)
    const cloud = open.again({ notifications: 'amqp://u:p@127.0.0.1:1/', pollMs: 1_000 })
    const heard: CloudEvent[] = []
    cloud.subscribe((event) => heard.push(event))
    await open.until(() => heard.some(({ kind }) => kind === 'connection-changed'))
    expect(heard[0]?.detail).toBe('bus: no connection to 127.0.0.1:1 (ECONNREFUSED)')
    await act('suspend', id)
    await open.until(() => heard.some(({ instanceId }) => instanceId === id))
    expect(await cloud.check(never)).toContainEqual(
      expect.objectContaining({ what: 'bus', ok: false, remedy: expect.stringMatching(/notifications/) }),
    )
  })

  it('of hosts are told, and that nova does not answer, once', async () => {
    const cloud = open.again({ pollMs: 1_000 })
    const heard: CloudEvent[] = []
    cloud.subscribe((event) => heard.push(event))
    const asked = () => open.fake.http.seen.filter((line) => line.endsWith('/os-services')).length
    await open.until(() => asked() > 0)
    Object.assign(open.fake.nova.hosts[1] as object, { status: 'disabled', disabledReason: 'broken fan' })
    await open.until(() => heard.length > 0)
    expect(heard).toMatchObject([
      { kind: 'host-changed', hostId: 'fake:compute-2', detail: 'compute-2: up, disabled (broken fan)' },
    ])
    const end = open.fake.http.fault(() => ({ status: 500, body: {} }))
    await open.until(() => heard.length > 1)
    await open.clock.advance(5_000)
    end()
    await open.until(() => heard.length > 2)
    expect(heard.slice(1).map(({ kind }) => kind)).toEqual(['connection-changed', 'connection-changed'])
    expect(heard[2]?.detail).toBe('answers again')
  })
})

describe('diagnostics', () => {
  it('are read of so many instances at most, those first that waited longest', async () => {
    const cloud = open.again({ diagnostics: 2 })
    const ids = [open.boot(), open.boot(), open.boot()]
    const rounds: (readonly string[])[] = []
    for (let round = 0; round < 3; round++) {
      rounds.push((await cloud.sample(never)).subjects)
      await open.clock.advance(60_000)
    }
    expect(rounds).toEqual([
      [ids[0], ids[1]],
      [ids[2], ids[0]],
      [ids[1], ids[2]],
    ])
  })

  it('are a gap for one guest that its hypervisor cannot tell about', async () => {
    const cloud = open.again({ diagnostics: 10 })
    const ids = [open.boot(), open.boot()]
    const isFirst = isOf(`${nativeOf(ids[0] as InstanceId)}/diagnostics`)
    open.fake.http.fault((asked) => (isFirst(asked) ? { status: 501, body: {} } : undefined))
    expect((await cloud.sample(never)).subjects).toEqual([ids[1]])
  })
})
