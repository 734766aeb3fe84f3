import { hostId } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { holdingTable } from '../../ledger/holding.ts'
import { strategyNames } from '../strategy.ts'
import { OnlineEstimator } from './online-estimator.ts'
import { peakNow } from './peak-now.ts'
import { firmUsage, type SampleRings } from './scope-reading.ts'
import {
  anOccupant,
  cloud,
  hourMs,
  idOf,
  type LiveHost,
  liveHost,
  minuteMs,
  plainCodec,
  type Use,
} from './testing/live-host.ts'

const steady = (): Use => ({ cpu: 1, memory: 2048 })

function withFour(live: LiveHost): LiveHost {
  for (const name of ['a', 'b', 'c', 'd']) live.instances.set(name, anOccupant(name))
  return live
}

/** Hours, one estimate at the end of each. */
function hours(live: LiveHost, count: number, use: (name: string, minute: number) => Use | undefined = steady) {
  return Array.from({ length: count }, () => {
    live.run(60, use)
    return live.estimate()
  })
}

function now(live: LiveHost) {
  const estimate = live.estimator.estimateOf(live.host.id)
  if (estimate === undefined) throw new Error('no estimate')
  const known = live.estimator.knownOn(live.host.id)
  const { keepMs } = live.estimator.options
  return peakNow(
    { host: live.host, instances: [...live.instances.values()], holding: holdingTable(undefined) },
    { estimate, known, keepMs, nowMs: live.nowMs },
  )
}

describe('an estimate', () => {
  it('says at the end of the scope what was there, what to expect and from what', () => {
    const live = withFour(liveHost())
    const last = hours(live, 12).at(-1)
    expect(last).toMatchObject({ strategy: 'gleaner', scopeMs: hourMs, coverage: 1, measuredAtMs: live.nowMs })
    // 18 cores less 2 reserved; four instances of four.
    expect(last?.cores).toMatchObject({ capacity: 16, booked: 16, violation: 0, isStable: true })
    expect(last?.cores.mean).toBeCloseTo(4, 5)
    expect(last?.cores.peak).toBeCloseTo(4, 5)
    expect(last?.cores.estimate).toBeGreaterThanOrEqual(4)
    expect(last?.cores.estimate).toBeLessThan(4.5)
    expect(last?.cores.free).toBeCloseTo(16 - (last?.cores.estimate ?? 0), 9)
    expect(last?.cores.ratio).toBeCloseTo((16 + (last?.cores.free ?? 0)) / 16, 9)
    expect(last?.cores.record).toMatchObject({ judged: 11, violationRate: 0, severity: 0 })
    expect(last?.cores.record.savings).toBeGreaterThan(0.6)
    expect(last?.cores.confidence).toBeGreaterThan(0.85)
    expect(Object.keys(last?.cores.evidence ?? {})).toContain('scopes')
    expect(last?.memoryMiB).toMatchObject({ capacity: 32_768, booked: 32_768 })
    expect(last?.memoryMiB.peak).toBeCloseTo(8192, 0)
  })

  it('is made once for a scope, whichever way the clock goes', () => {
    const live = withFour(liveHost())
    const [first] = hours(live, 1)
    expect(live.estimate()).toBeUndefined()
    live.nowMs -= 5 * hourMs
    expect(live.estimate()).toBeUndefined()
    expect(live.estimator.estimateOf(live.host.id)).toBe(first)
    live.nowMs += 100 * hourMs
    // A jump ahead: of the last hour nothing is known.
    expect(live.estimate()).toMatchObject({ coverage: 0, measuredAtMs: first?.measuredAtMs })
  })

  it('counts a violation by how far it was exceeded, and the scopes that held since', () => {
    const live = withFour(liveHost())
    hours(live, 8)
    const before = live.estimator.estimateOf(live.host.id)?.cores.estimate ?? 0
    const [broken] = hours(live, 1, (_, minute) => ({ cpu: minute % 60 === 30 ? 3 : 1, memory: 2048 }))
    expect(broken?.cores.violation).toBeCloseTo(12 - before, 4)
    expect(broken?.cores).toMatchObject({ calmScopes: 0, record: { judged: 8, violationRate: 1 / 8 } })
    expect(broken?.cores.estimate).toBeGreaterThan(before)
    expect(hours(live, 2).at(-1)?.cores.calmScopes).toBe(2)
  })
})

describe('the first day', () => {
  const atNoon = (_: string, minute: number): Use =>
    Math.floor(minute / 60) % 24 === 12 ? { cpu: 3, memory: 6144 } : { cpu: 1, memory: 2048 }

  it('expects at least what was used within the day before anybody estimated', () => {
    const live = withFour(liveHost())
    live.run(20 * 60, atNoon)
    const first = live.estimate()
    expect(first?.cores.peak).toBeCloseTo(4, 4)
    expect(first?.cores.estimate).toBeGreaterThanOrEqual(12)
    expect(first?.cores.estimate).toBeLessThan(12.5)
    expect(first?.memoryMiB.estimate).toBeGreaterThanOrEqual(4 * 6144)
    expect(first?.cores.evidence['mostBefore']).toBeCloseTo(12, 4)
    expect(hours(live, 23, atNoon).filter((estimate) => (estimate?.cores.violation ?? 1) > 0)).toEqual([])
    // By now the strategy has seen a day itself.
    const [, last] = hours(live, 2, atNoon)
    expect(last?.cores.record.judged).toBe(25)
    expect(last?.cores.evidence).not.toHaveProperty('mostBefore')
  })

  it('counts only those who are there: not who has left, nor what is lent; who was not measured counts in full', () => {
    const live = withFour(liveHost())
    live.instances.set('lent', anOccupant('lent', { firmness: 'preemptible', vcpus: 8 }))
    live.instances.set('gone', anOccupant('gone'))
    live.run(3 * 60, (name) => ({ cpu: name === 'lent' || name === 'gone' ? 4 : 1, memory: 2048 }))
    live.instances.delete('gone')
    live.run(60, steady)
    const first = live.estimate()
    expect(first?.cores.evidence['mostBefore']).toBeCloseTo(4, 4)
    live.windows.remove(idOf('a'))
    live.run(60, (name) => (name === 'a' ? undefined : { cpu: name === 'lent' ? 6 : 1, memory: 2048 }))
    // Three that use a core, and one that was promised four; the host used nine, but six of them are lent.
    expect(live.estimate()?.cores.evidence['mostBefore']).toBeCloseTo(7, 4)
  })

  it('goes by what was watched alone where nothing is to be remembered', () => {
    const live = withFour(liveHost({ rememberMs: 0 }))
    live.run(20 * 60, atNoon)
    const first = live.estimate()
    expect(first?.cores.estimate).toBeLessThan(5)
    expect(first?.cores.evidence).not.toHaveProperty('mostBefore')
  })

  it('expects no more than was promised', () => {
    const live = withFour(liveHost())
    live.run(3 * 60, () => ({ cpu: 4, memory: 8192 }), { cpu: 2, memory: 100 })
    const first = live.estimate()
    expect(first?.cores.estimate).toBe(16)
  })
})

describe('what a host is made of', () => {
  it('leaves out what preemptible instances use and were promised', () => {
    const live = withFour(liveHost())
    live.instances.set('lent', anOccupant('lent', { firmness: 'preemptible', vcpus: 8 }))
    const last = hours(live, 4, (name) => ({ cpu: name === 'lent' ? 6 : 1, memory: 2048 })).at(-1)
    expect(last?.cores.booked).toBe(16)
    expect(last?.cores.peak).toBeCloseTo(4, 4)
    // Not measured, it stays in: the peak is rather too high.
    const blind = hours(live, 1, (name) => (name === 'lent' ? undefined : { cpu: 1, memory: 2048 })).at(-1)
    expect(blind?.cores.peak).toBeCloseTo(4, 4)
  })

  it('does not take a lost sample of a preemptible instance for use by the firm ones', () => {
    const live = withFour(liveHost())
    live.instances.set('lent', anOccupant('lent', { firmness: 'preemptible', vcpus: 8 }))
    const lostAt = [3, 17, 18, 40, 59]
    const use = (name: string, minute: number): Use | undefined => {
      if (name !== 'lent') return { cpu: 1, memory: 2048 }
      // The use of one that is lost still burdens the host.
      return { cpu: minute < 30 ? 6 : 4, memory: 4096 }
    }
    live.run(60, use)
    const lent = idOf('lent')
    const rings: SampleRings = {
      slotOf: (subject) => live.windows.slotOf(subject),
      query: (slot, question, toMs) => live.windows.query(slot, question, toMs),
      samples(slot, request, into) {
        const there = live.windows.samples(slot, request, into)
        if (slot === live.windows.slotOf(lent)) for (const at of lostAt) into[at] = Number.NaN
        return there
      },
    }
    const span = { fromMs: live.nowMs - hourMs, toMs: live.nowMs, stepMs: minuteMs }
    const of = { host: live.host, instances: [...live.instances.values()], holding: holdingTable(undefined), span }
    for (const used of firmUsage({ ...of, rings }, 'cpu')) expect(used).toBeCloseTo(4, 4)
    // Six in a row are no slip: what is not known to be the lent one's stays in.
    lostAt.push(41, 42, 43, 44, 45)
    const used = firmUsage({ ...of, rings }, 'cpu')
    expect(used.slice(39, 47)).toEqual(Float64Array.of(4, 8, 8, 8, 8, 8, 8, 4))
  })

  it('leaves out what the host itself uses beyond what its instances were promised', () => {
    const live = liveHost()
    live.run(60, steady, { cpu: 0.4, memory: 1500 })
    expect(live.estimate()?.cores).toMatchObject({ booked: 0, peak: 0, estimate: 0 })
    live.run(60, steady, { cpu: 0.4, memory: 1500 })
    expect(live.estimate()?.cores.violation).toBe(0)
  })

  it('is the sum of its instances where the host is not measured, and unknown where one of them is not', () => {
    const live = withFour(liveHost())
    live.run(60, steady, {})
    expect(live.estimate()).toMatchObject({ coverage: 1, cores: { peak: 4 } })
    live.run(60, (name) => (name === 'c' ? undefined : steady()), {})
    expect(live.estimate()).toMatchObject({ coverage: 0, cores: { peak: undefined } })
  })

  it('does not charge a host for what an instance used elsewhere before it came', () => {
    const live = withFour(liveHost())
    hours(live, 6)
    // Busy on another host for half of the hour, quiet since it is here.
    live.run(30, steady)
    for (let back = 30; back > 0; back--)
      live.windows.record(idOf('moved'), { atMs: live.nowMs - back * minuteMs, values: { cpu: 4 } }, live.nowMs)
    live.instances.set('moved', anOccupant('moved'))
    live.run(30, steady)
    const estimate = live.estimate()
    expect(estimate?.cores.booked).toBe(20)
    expect(estimate?.cores.peak).toBeCloseTo(5, 4)
    // What is kept of it in the one scope it was here: allocation and birth, use at the peak, mean, own peak.
    const kept = /"lab:moved",\[4,6\],(\[.*?\]),(\[.*?\]),(\[.*?\])/.exec(
      plainCodec.unpack(live.estimator.stateOf(live.host.id)),
    )
    const [, atPeak, mean, peak] = kept ?? []
    for (const figures of [atPeak, mean, peak]) expect(JSON.parse(figures ?? '[]')[6]).toBe(1)
  })
})

describe('without data', () => {
  it('keeps the last estimate for a bounded time, then takes all of the capacity for used', () => {
    const live = withFour(liveHost())
    live.instances.set('e', anOccupant('e'))
    hours(live, 6)
    const estimate = live.estimator.estimateOf(live.host.id)?.cores.estimate ?? 0
    expect(now(live)).toMatchObject({ cores: estimate, isStale: false })
    for (let hour = 1; hour <= 3; hour++) {
      live.run(60, () => undefined, {})
      const blind = live.estimate()
      expect(blind).toMatchObject({ coverage: 0, cores: { estimate, peak: undefined, evidence: { blind: 1 } } })
      expect(now(live)).toMatchObject({ cores: estimate, isStale: false })
    }
    live.run(1, () => undefined, {})
    expect(now(live)).toMatchObject({ cores: 16, bookedCores: 20, isStale: true })
    // A clock that was set far back tells no age either.
    live.nowMs -= 40 * hourMs
    expect(now(live).isStale).toBe(true)
  })

  it('expects everything of a host that was never measured, but no more than is booked', () => {
    const live = liveHost()
    live.instances.set('a', anOccupant('a'))
    live.run(60, () => undefined, {})
    expect(live.estimate()).toMatchObject({ measuredAtMs: undefined, cores: { estimate: 4, confidence: 0 } })
    expect(now(live)).toMatchObject({ cores: 4, isStale: true })
  })

  it('takes too few samples for none', () => {
    const live = withFour(liveHost({ leastCoverage: 0.5 }))
    hours(live, 3)
    live.run(20, (_, minute) => ({ cpu: 3 + (minute % 2), memory: 1 }))
    live.run(40, () => undefined, {})
    expect(live.estimate()?.cores.evidence).toMatchObject({ blind: 1 })
  })
})

describe('between two estimates', () => {
  it('newcomers count with all they were promised, and nobody with more than is booked', () => {
    const live = withFour(liveHost())
    hours(live, 6)
    const { cores, memoryMiB } = now(live)
    live.instances.set('new', anOccupant('new'))
    expect(now(live)).toMatchObject({ cores: cores + 4, memoryMiB: memoryMiB + 8192 })
    live.instances.set('lent', anOccupant('lent', { firmness: 'preemptible' }))
    expect(now(live).cores).toBe(cores + 4)
    live.instances.clear()
    live.instances.set('small', anOccupant('small', { vcpus: 1 }))
    expect(now(live)).toMatchObject({ cores: 1, bookedCores: 1 })
    live.instances.clear()
    expect(now(live)).toMatchObject({ cores: 0, memoryMiB: 0 })
  })

  it('one that was paused at the time counts as a newcomer when it goes on', () => {
    const live = withFour(liveHost())
    live.instances.set('e', anOccupant('e', { state: 'paused' }))
    hours(live, 4)
    const { cores } = now(live)
    live.instances.set('e', anOccupant('e'))
    expect(now(live).cores).toBe(cores + 4)
  })
})

describe('a restart', () => {
  it.each(strategyNames)('loses nothing: %s', (strategy) => {
    const wave = (name: string, minute: number): Use => ({
      cpu: 1 + Math.sin(minute / 17 + name.charCodeAt(0)),
      memory: 2048 + 10 * (minute % 60),
    })
    const live = withFour(liveHost({ strategy }))
    const twin = withFour(liveHost({ strategy }))
    hours(live, 9, wave)
    hours(twin, 9, wave)
    const estimate = twin.estimator.estimateOf(twin.host.id)
    if (estimate === undefined) throw new Error('no estimate')
    const state = twin.estimator.stateOf(twin.host.id)
    const restarted = new OnlineEstimator(twin.estimator.options, plainCodec)
    expect(restarted.load(JSON.parse(JSON.stringify(estimate)) as typeof estimate, state)).toBe(true)
    Object.assign(twin, { estimator: restarted })
    live.run(60, wave)
    twin.run(60, wave)
    const straight = live.estimate()
    const after = restarted.estimate({
      host: twin.host,
      instances: [...twin.instances.values()],
      holding: holdingTable(undefined),
      rings: twin.windows,
      placements: twin.placements,
      endMs: twin.nowMs,
      stepMs: minuteMs,
      ratios: twin.ratios,
      headroomShare: 0.1,
    })
    expect(after).toEqual(straight)
    expect(after?.cores.record.judged).toBe(9)
  })

  it('has nothing to learn anew where nothing was learned: nothing was measured so far', () => {
    const live = withFour(liveHost())
    const estimate = live.estimate()
    if (estimate === undefined) throw new Error('no estimate')
    const state = live.estimator.stateOf(live.host.id)
    expect(state).toHaveLength(0)
    const other = new OnlineEstimator(live.estimator.options, plainCodec)
    expect(other.load(estimate, state)).toBe(true)
    expect(other.estimateOf(live.host.id)).toBe(estimate)
  })

  it('that cannot read what was kept keeps the estimate and begins to learn anew', () => {
    const live = withFour(liveHost())
    hours(live, 5)
    const estimate = live.estimator.estimateOf(live.host.id)
    if (estimate === undefined) throw new Error('no estimate')
    for (const state of ['{', '{"known":[]}', '{"known":5,"estimator":{"lanes":{"gleaner cpu":5}}}', 'null']) {
      const other = new OnlineEstimator(live.estimator.options, plainCodec)
      expect(other.load(estimate, plainCodec.pack(state))).toBe(false)
      expect(other.estimateOf(live.host.id)).toBe(estimate)
    }
    const other = new OnlineEstimator({ ...live.estimator.options, strategy: 'percentile' }, plainCodec)
    expect(other.load(estimate, live.estimator.stateOf(live.host.id))).toBe(false)
  })
})

it('forgets hosts that are gone', () => {
  const live = withFour(liveHost())
  hours(live, 1)
  expect([...live.estimator.hostIds()]).toEqual([live.host.id])
  live.estimator.forget(live.host.id)
  expect(live.estimator.size).toBe(0)
  expect(live.estimator.stateOf(hostId(cloud, 'none'))).toHaveLength(0)
})
