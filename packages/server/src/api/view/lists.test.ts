import { type Instance, type InstanceId, hostId, cloudId } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { visibilityOf } from '../../auth/visibility.ts'
import { plainApplication } from '../../testing/plain-application.ts'
import { plainHost, plainInstance } from '../../testing/plain-objects.ts'
import { listHosts } from './host-list.ts'
import { type InstanceQuery, listInstances } from './instance-list.ts'
import { WorldCache } from './world-index.ts'

const all = visibilityOf({ role: 'operator', projects: [] }, new Map())
const lab = cloudId('lab')

function world(instances: readonly Instance[], cpu: Readonly<Record<string, number>> = {}) {
  const { app } = plainApplication({
    clock: new VirtualClock(),
    instances,
    hosts: ['hv-10', 'hv-2', 'hv-1'].map(plainHost),
    usage: {
      latest: (id) => cpu[id.slice(4)] ?? Number.NaN,
      idleForMs: (id) => (cpu[id.slice(4)] === 0 ? 7_200_000 : Number.NaN),
    },
  })
  const cache = new WorldCache(app.state)
  const names = (query: InstanceQuery) =>
    listInstances(query, all, { world: cache.current(), app }).items.map((i) => i.name)
  return { app, cache, names }
}

describe('the list of instances', () => {
  const { names, app, cache } = world(
    [
      plainInstance('web-10', { hostId: hostId(lab, 'hv-2') }),
      plainInstance('web-2', { state: 'suspended', hostId: undefined }),
      plainInstance('Web-1', { tags: ['Env=Prod'], flavor: 'GPU.large', hostId: hostId(lab, 'hv-10') }),
      plainInstance('db', { state: 'stopped' }),
    ],
    { 'web-10': 0.5, db: 0, 'Web-1': 2 },
  )

  it('is sorted by name with numbers by value, both ways', () => {
    expect(names({})).toEqual(['db', 'Web-1', 'web-2', 'web-10'])
    expect(names({ sort: '-name' })).toEqual(['web-10', 'web-2', 'Web-1', 'db'])
  })
  it('puts what is not known last in both directions', () => {
    expect(names({ sort: 'cpu' })).toEqual(['db', 'web-10', 'Web-1', 'web-2'])
    expect(names({ sort: '-cpu' })).toEqual(['Web-1', 'web-10', 'db', 'web-2'])
    expect(names({ sort: 'host' })).toEqual(['db', 'web-10', 'Web-1', 'web-2'])
    expect(names({ sort: '-host' })).toEqual(['Web-1', 'web-10', 'db', 'web-2'])
  })
  it('finds words in name, host, flavor and tags, whatever their case, all of them', () => {
    expect(names({ search: 'WEB' })).toEqual(['Web-1', 'web-2', 'web-10'])
    expect(names({ search: 'gpu  env=prod' })).toEqual(['Web-1'])
    expect(names({ search: 'hv-2' })).toEqual(['web-10'])
    expect(names({ search: 'web nothing' })).toEqual([])
  })
  it('narrows by each filter, and by all of them together', () => {
    expect(names({ state: 'suspended, stopped' })).toEqual(['db', 'web-2'])
    expect(names({ host: 'hv-10' })).toEqual(['Web-1'])
    expect(names({ host: 'lab:hv-10', project: 'physics', cloud: 'lab', tag: 'Env=Prod' })).toEqual(['Web-1'])
    expect(names({ cloud: 'other' })).toEqual([])
    expect(names({ proposed: true })).toEqual(['Web-1', 'web-10'])
    expect(names({ proposed: false })).toEqual(['db', 'web-2'])
  })
  it('never takes unknown for idle', () => {
    expect(names({ idleFor: '2h' })).toEqual(['db'])
    expect(names({ idleFor: '2h1s' })).toEqual([])
    expect(names({ idleFor: '0s' })).toEqual(['db'])
  })
  it('counts all and gives one page', () => {
    const page = listInstances({ limit: 2, offset: 1 }, all, { world: cache.current(), app })
    expect(page.items.map((i) => i.name)).toEqual(['Web-1', 'web-2'])
    expect(page.total).toBe(4)
    expect(names({ offset: 10 })).toEqual([])
  })
  it('is of the newest reading, whose index is built once', () => {
    const first = cache.current()
    expect(cache.current()).toBe(first)
    const state = app.state.clouds.get(lab)
    if (state?.snapshot === undefined) throw new Error('no snapshot')
    app.state.clouds.set(lab, { ...state, snapshot: { ...state.snapshot, version: 8 } })
    expect(cache.current()).not.toBe(first)
    app.state.clouds.clear()
    expect(names({})).toEqual([])
  })
})

describe('the list of hosts', () => {
  it('is sorted, searched, and has the ledger of the last plan', () => {
    const { app, cache } = world([plainInstance('a'), plainInstance('b', { hostId: hostId(lab, 'hv-2') })])
    const hosts = listHosts({ sort: '-instances' }, cache.current(), app)
    expect(hosts.items.map((host) => `${host.name} ${host.instances}`)).toEqual(['hv-1 1', 'hv-2 1', 'hv-10 0'])
    expect(hosts.items[0]).toMatchObject({ ledger: { cores: { physical: 16, idle: 12 } }, proposals: 1 })
    expect(listHosts({ search: 'hv-1', limit: 1 }, cache.current(), app)).toMatchObject({ total: 2 })
    expect(listHosts({ state: 'down' }, cache.current(), app).total).toBe(0)
  })
})

describe('a hundred thousand instances', () => {
  it('are listed without making a view of each', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => plainInstance(`vm-${(i * 7919) % 100_000}`))
    const { app, cache } = world(many)
    const usage = { ...app.usage, latest: (id: string) => Number(id.slice(7)) }
    let views = 0
    const counting = {
      state: app.state,
      clock: app.clock,
      usage: { ...usage, sampledAtMs: (_id: InstanceId | string) => (views++, 0) },
    }
    const list = (query: InstanceQuery) => listInstances(query, all, { world: cache.current(), app: counting })
    expect(list({ limit: 3, offset: 99_997 }).items.map((i) => i.name)).toEqual(['vm-99997', 'vm-99998', 'vm-99999'])
    expect(list({ sort: '-cpu', limit: 2 }).items.map((i) => i.name)).toEqual(['vm-99999', 'vm-99998'])
    expect(list({ search: '9999', limit: 100 }).total).toBe(19)
    expect(views).toBe(24)
  })
})
