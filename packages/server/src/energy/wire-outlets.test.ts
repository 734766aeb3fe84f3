import { defaultMaxPowerW } from '@gleaner/engine'
import { describe, expect, it } from 'vitest'
import type { MeterSettings, OutletWiring } from '../config/metering.ts'
import { subjectDirectory } from '../sources/subject-directory.ts'
import { lab, plainHost } from '../testing/plain-objects.ts'
import { doubtReport, unknownHostReport } from './energy-problems.ts'
import { wireOutlets } from './wire-outlets.ts'

const hosts = [
  plainHost('kvm1'),
  plainHost('kvm2'),
  plainHost('node-1.a'),
  plainHost('node-1.b'),
  { ...plainHost('desk-1'), kind: 'desktop' as const },
]
const world = {
  directoryOf: () => subjectDirectory([{ hosts, instances: [] }], 'one'),
  hostsOf: () => hosts,
  speed: 1,
}
const strip = (outlets: readonly OutletWiring[]): MeterSettings => ({
  id: 'strip',
  periodMs: 10_000,
  maxPowerW: defaultMaxPowerW,
  stuckAfterMs: 1000,
  clouds: [lab],
  outlets,
  config: { id: 'strip', kind: 'snmp', address: 'x', outlets: {} },
  snmp: undefined,
  board: undefined,
  prometheus: undefined,
  line: undefined,
})
const model = (patterns?: readonly string[]): MeterSettings => ({
  ...strip([]),
  id: 'rest',
  outlets: undefined,
  config: { id: 'rest', kind: 'model', ...(patterns === undefined ? {} : { hosts: [...patterns] }) },
})
const wire = (outlet: string, ...names: string[]): OutletWiring => ({ outlet, hosts: names, share: 'equal' })

describe('what hangs where', () => {
  it('is found by the names of hosts, several feeds of one and several on one alike', () => {
    const wired = wireOutlets([strip([wire('1', 'kvm1'), wire('2', 'KVM1'), wire('3', 'kvm1', 'kvm2')])], world)
    expect(wired.plans.map(({ outlet, hosts: on }) => [outlet, on.map(({ hostId }) => hostId)])).toEqual([
      ['strip:1', ['lab:kvm1']],
      ['strip:2', ['lab:kvm1']],
      ['strip:3', ['lab:kvm1', 'lab:kvm2']],
    ])
    expect(wired.plans[0]).toMatchObject({ longestStepMs: 30_000, isEstimate: false, stuckAfterMs: 1000 })
    expect(wired.outletsOf.get('strip')).toEqual(['1', '2', '3'])
    expect(wired.unknown).toEqual([])
  })

  it('agents stand in where nothing measures the whole machine, and a model where nobody measures', () => {
    const agents: MeterSettings = {
      ...strip([]),
      id: 'cpu',
      outlets: undefined,
      config: { id: 'cpu', kind: 'rapl', agents: true, hosts: ['kvm*'] },
    }
    const wired = wireOutlets([model(), agents, strip([wire('1', 'kvm1')])], world)
    expect(wired.outletsOf.get('strip')).toEqual(['1'])
    expect(wired.outletsOf.get('cpu')).toEqual(['lab:kvm2'])
    expect(wired.outletsOf.get('rest')).toEqual(['lab:node-1.a', 'lab:node-1.b'])
    expect(wired.plans.filter(({ isEstimate }) => isEstimate)).toHaveLength(2)
  })

  it('leaves an outlet out as a whole when one of its names is of nobody or of several, and tells it', () => {
    const wired = wireOutlets([strip([wire('1', 'kvm1', 'none'), wire('2', 'node-1'), wire('3', 'kvm2')])], world)
    expect(wired.outletsOf.get('strip')).toEqual(['3'])
    expect(wired.unknown.map(({ name, why }) => [name, why])).toEqual([
      ['none', 'none'],
      ['node-1', 'several'],
    ])
    expect(wired.unknown.map((unknown) => unknownHostReport(unknown).sentence)).toEqual([
      'none is said to hang on outlet 1 of strip, but no host of this name is known; the outlet is not read.',
      'node-1 is said to hang on outlet 2 of strip, but several hosts have this name; the outlet is not read.',
    ])
  })

  it('lets a model stand in for hosts on no meter, whatever the order, and for no desktop', () => {
    const wired = wireOutlets([model(), strip([wire('1', 'kvm1')])], world)
    expect(wired.outletsOf.get('rest')).toEqual(['lab:kvm2', 'lab:node-1.a', 'lab:node-1.b'])
    expect(wired.plans.filter(({ isEstimate }) => isEstimate)).toHaveLength(3)
    expect(wireOutlets([model(['node-*'])], world).outletsOf.get('rest')).toEqual(['lab:node-1.a', 'lab:node-1.b'])
    expect(wireOutlets([model(['node-1.*'])], world).outletsOf.get('rest')).toHaveLength(2)
    expect(wireOutlets([model(['kvm'])], world).outletsOf.get('rest')).toEqual([])
  })
})

describe('what is told of an outlet', () => {
  const [plan] = wireOutlets([strip([wire('7', 'kvm1')])], world).plans
  if (plan === undefined) throw new Error('one was wired')
  const state = { plan, powerW: Number.NaN, atMs: 0, unknown: undefined, energyJ: 0 }

  it('is nothing while it is well, and else what it said and what to do', () => {
    expect(doubtReport({ ...state, doubted: undefined })).toBeUndefined()
    const unmeasured = { reason: 'unmeasured', atMs: 0, powerW: undefined } as const
    expect(doubtReport({ ...state, doubted: unmeasured })?.sentence).toContain('the device says')
    const modelled = doubtReport({ ...state, plan: { ...state.plan, isEstimate: true }, doubted: unmeasured })
    expect(modelled?.sentence).toContain('the use of the host is not known')
    expect(modelled?.remedy).toContain('idleW and fullW')
    expect(doubtReport({ ...state, doubted: { reason: 'sentinel', atMs: 0, powerW: 65535 } })).toMatchObject({
      code: 'outlet-sentinel',
      subject: 'outlet strip:7',
      sentence: expect.stringContaining('says 65535 W, which is not believed'),
    })
    expect(doubtReport({ ...state, doubted: { reason: 'silent', atMs: 0, powerW: undefined } })?.sentence).toContain(
      'has no figure: the meter did not answer for it in time',
    )
    expect(doubtReport({ ...state, doubted: { reason: 'stuck', atMs: 0, powerW: 200 } })?.remedy).toContain(
      'stuckAfter',
    )
  })
})
