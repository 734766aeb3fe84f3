import { type GuestMemory, type InstanceId, instanceId } from '@gleaner/model'
import { aSnapshot, anInstance, testCloud, testStartMs } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { freezeSnapshot } from '../../snapshot/freeze-snapshot.ts'
import { allSupports } from '../../testing/all-supports.ts'
import { defaultPressureOptions } from './pressure-options.ts'
import { type LoanInput, proposeLoans } from './propose-loans.ts'

const nowMs = testStartMs
const id = (name: string) => instanceId(testCloud, name)

const memory = (overrides: Partial<GuestMemory> = {}): GuestMemory => ({
  promisedMiB: 8192,
  leftMiB: 8192,
  usableMiB: 7000,
  swappedMiB: 0,
  saidAtMs: nowMs,
  residentMiB: 8000,
  ...overrides,
})

/** Everybody's use was 1000 MiB at the 90th percentile, but for whom another figure is given. */
const telemetry = (usual: Readonly<Record<string, number>>, asked: unknown[] = []): LoanInput['telemetry'] => {
  const names = ['a', 'b', 'c', 'd']
  return {
    slotOf: (subject) => names.findIndex((name) => subject.endsWith(`:${name}`)),
    query: (slot, request) => {
      asked.push({ ...request })
      return usual[names[slot] ?? ''] ?? 1000
    },
  }
}

const propose = (memories: Readonly<Record<string, GuestMemory>>, overrides: Partial<LoanInput> = {}) => {
  const instances = ['a', 'b', 'c', 'd'].map((name) => anInstance({ name, memoryMiB: 8192 }))
  const reading = aSnapshot({ instances })
  const { cloudId, version, takenAtMs } = reading
  return proposeLoans({
    snapshots: [freezeSnapshot(reading, { cloudId, version, takenAtMs })],
    memories: new Map(Object.entries(memories).map(([name, each]) => [id(name), each])),
    lentFrom: new Set<InstanceId>(),
    endedAtMs: () => undefined,
    telemetry: telemetry({}),
    supports: allSupports(testCloud),
    options: defaultPressureOptions,
    mode: 'enforce',
    noticeMs: 0,
    nowMs,
    ...overrides,
  })
}

describe('what is wished for', () => {
  it('is all but what a guest uses and a quarter, as an ordinary reclaiming step of the weakest claim', () => {
    const asked: unknown[] = []
    const { candidates } = propose({ a: memory() }, { telemetry: telemetry({}, asked) })
    // 8192 - 7000 = 1192 used; a quarter more is 1490.
    expect(candidates).toHaveLength(1)
    expect(candidates[0]).toMatchObject({
      instanceId: id('a'),
      action: 'balloon',
      setting: { memoryMiB: 1490 },
      capability: 'oversubscription',
      claim: 'lending',
      mode: 'enforce',
      gives: { physicalMemoryMiB: 8192 - 1490, sellableMemoryMiB: 0 },
    })
    expect(asked).toEqual([
      { fn: 'percentile', metric: 'memory', argument: 90, lengthMs: 3_600_000, leastCoverage: 0.75 },
    ])
  })

  it('is nothing of guests that tell nothing, rest, or lend already, and it is told which', () => {
    const answer = propose(
      { a: memory({ usableMiB: Number.NaN }), b: memory(), c: memory(), d: memory({ leftMiB: 4000, usableMiB: 2800 }) },
      { lentFrom: new Set([id('b')]), endedAtMs: (of) => (of === id('c') ? nowMs - 1 : undefined) },
    )
    expect(answer.candidates).toEqual([])
    expect(answer.refused.map(({ instanceId: of, verdict }) => [of, verdict.code])).toEqual([
      [id('a'), 'memory-unknown'],
      [id('c'), 'memory-resting'],
      [id('d'), 'memory-set-by-others'],
    ])
    expect(answer.reasons).toEqual({ 'memory-unknown': 1, 'memory-resting': 1, 'memory-set-by-others': 1 })
  })

  it('is nothing while too little was measured of the scope', () => {
    const { candidates, refused } = propose({ a: memory() }, { telemetry: telemetry({ a: Number.NaN }) })
    expect(candidates).toEqual([])
    expect(refused.map(({ verdict }) => verdict.code)).toEqual(['memory-unknown'])
  })

  it('is nothing of guests nobody asked about, that do not run, or whose cloud cannot give memory back', () => {
    expect(propose({}).candidates).toEqual([])
    const paused = aSnapshot({ instances: [anInstance({ name: 'a', state: 'paused' })] })
    const snapshots = [freezeSnapshot(paused, { cloudId: testCloud, version: 1, takenAtMs: nowMs })]
    expect(propose({ a: memory() }, { snapshots })).toEqual({ candidates: [], refused: [], reasons: {} })
    const half = new Map([
      [
        testCloud,
        new Map([...(allSupports(testCloud).get(testCloud) ?? [])].filter(([step]) => step !== 'return-memory')),
      ],
    ])
    expect(propose({ a: memory() }, { supports: half })).toEqual({ candidates: [], refused: [], reasons: {} })
  })
})
