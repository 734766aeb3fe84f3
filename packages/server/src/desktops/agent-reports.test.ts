// An agent speaks for the instances of its own host and for nobody else, whatever it says.
import { aHost, anInstance, valueIn } from '@gleaner/testkit'
import {
  cloudId,
  type Desktop,
  emptyBatch,
  type HeardReport,
  type Host,
  hostId,
  instanceId,
  metrics,
} from '@gleaner/model'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heardReport, withAgentReports } from './agent-reports.ts'

const lab = cloudId('lab')
const agentOf = (hostName: string, more: Partial<Desktop> = {}): Desktop => ({
  id: `dsk_${hostName}`,
  hostName,
  cloudId: undefined,
  pool: 'kvm',
  lends: false,
  joinedAtMs: 0,
  keyUntilMs: 1e13,
  revokedAtMs: undefined,
  revokedBy: undefined,
  sequence: 1,
  lastBeatMs: 0,
  word: undefined,
  phaseSinceMs: undefined,
  lentMs: 0,
  interruptions: 0,
  lostChanges: 0,
  changesTaken: 0,
  ...more,
})
const report = (instance: string, idleS: number, users = 0): HeardReport => ({
  instance,
  atMs: 500,
  freshUntilMs: 1e12,
  users,
  idleS,
})
const [one, two] = ['kvm-1', 'kvm-2'].map((name) => aHost({ id: hostId(lab, name), cloudId: lab, name }))
if (one === undefined || two === undefined) throw new Error('no hosts')
const guest = (native: string, name: string, on = one, state: 'running' | 'paused' = 'running') =>
  anInstance({ id: instanceId(lab, native), cloudId: lab, name, hostId: on.id, state })
const instances = [
  guest('u1', 'web'),
  guest('u2', 'db', two),
  guest('u3', 'twin'),
  guest('u4', 'twin'),
  guest('u5', 'off', one, 'paused'),
]
const seen = (hosts: readonly Host[]) => ({
  hosts,
  instancesOfHost: new Map(hosts.map(({ id: of }) => [of, instances.filter(({ hostId: on }) => on === of)])),
})
const snapshot = seen([one, two])
const id = (native: string) => instanceId(lab, native)
const sampled = (...rows: readonly (readonly [native: string, users: number, idle: number])[]) => {
  const batch = emptyBatch(rows.length)
  for (const [row, [native, users, idle]] of rows.entries()) {
    batch.subjects.push(id(native))
    batch.atMs[row] = 1000
    batch.values[row * metrics.length + metrics.indexOf('users')] = users
    batch.values[row * metrics.length + metrics.indexOf('idle')] = idle
    batch.values[row * metrics.length + metrics.indexOf('cpu')] = 0.5
  }
  return batch
}
const said = (...reports: readonly HeardReport[]) => [{ desktop: agentOf('kvm-1'), reports }]

describe('what an agent heard', () => {
  it('counts for an instance of its host, by name and by id, and leaves all else as it was measured', () => {
    const batch = withAgentReports(sampled(['u1', Number.NaN, Number.NaN]), snapshot, said(report('web', 60, 1)))
    expect(batch.subjects).toEqual([id('u1')])
    expect(['users', 'idle', 'cpu'].map((metric) => valueIn(batch, id('u1'), metric as 'cpu'))).toEqual([1, 60, 0.5])
    const added = withAgentReports(sampled(), snapshot, said(report('u1', 60)))
    expect([valueIn(added, id('u1'), 'idle'), valueIn(added, id('u1'), 'cpu'), added.atMs[0]]).toEqual([
      60,
      Number.NaN,
      500,
    ])
  })

  it('does not stand against what the cloud tells of being idle; more users are never fewer', () => {
    const batch = withAgentReports(sampled(['u1', 3, 0]), snapshot, said(report('web', 9_000, 1)))
    expect([valueIn(batch, id('u1'), 'users'), valueIn(batch, id('u1'), 'idle')]).toEqual([3, 0])
  })

  it.each([
    ['an instance of another host, by name', 'db'],
    ['an instance of another host, by id', 'u2'],
    ['one of two of the same name', 'twin'],
    ['one that does not run', 'off'],
    ['nobody', 'nobody'],
  ])('counts for nothing when it is about %s', (_, name) => {
    expect(withAgentReports(sampled(), snapshot, said(report(name, 60))).subjects).toEqual([])
  })

  it('counts for nothing where the host of the agent could be two', () => {
    const other = cloudId('other')
    const both = seen([one, aHost({ id: hostId(other, 'kvm-1'), cloudId: other, name: 'kvm-1' })])
    const unclear = [{ desktop: agentOf('kvm-1'), reports: [report('web', 60)] }]
    expect(withAgentReports(sampled(), both, unclear).subjects).toEqual([])
    const elsewhere = [{ desktop: agentOf('kvm-1', { cloudId: other }), reports: [report('web', 60)] }]
    expect(withAgentReports(sampled(), snapshot, elsewhere).subjects).toEqual([])
  })

  it('never touches an instance that is not on its host', () => {
    const names = fc.constantFrom('web', 'db', 'twin', 'off', 'u1', 'u2', 'u3', 'u4', 'u5', '__proto__', '')
    const reports = fc.array(
      fc.tuple(names, fc.nat(1000), fc.nat(5)).map(([name, idle, users]) => report(name, idle, users)),
    )
    fc.assert(
      fc.property(reports, (all) => {
        const before = sampled(['u2', 1, 7])
        const after = withAgentReports(before, snapshot, said(...all))
        expect([valueIn(after, id('u2'), 'users'), valueIn(after, id('u2'), 'idle')]).toEqual([1, 7])
        for (const subject of after.subjects.slice(1)) expect([id('u1'), id('u3'), id('u4')]).toContain(subject)
      }),
    )
  })
})

describe('a report', () => {
  const told = { instance: 'web', agoMs: 4_000, everyMs: 15_000, users: 1, idleMs: 60_000 }
  it('counts for three of its periods from when it was said, at least ten seconds and at most a quarter of an hour', () => {
    expect(heardReport(told, 100_000, 1)).toEqual({
      instance: 'web',
      atMs: 96_000,
      freshUntilMs: 141_000,
      users: 1,
      idleS: 60,
    })
    expect(heardReport({ ...told, everyMs: 1000 }, 100_000, 1).freshUntilMs).toBe(106_000)
    expect(heardReport({ ...told, everyMs: 1e11, agoMs: 0 }, 0, 1).freshUntilMs).toBe(900_000)
    // Where a simulation runs faster, its time passes faster for the agent as well.
    expect(heardReport(told, 1_000_000, 10)).toMatchObject({ atMs: 960_000, freshUntilMs: 1_410_000 })
  })
})
