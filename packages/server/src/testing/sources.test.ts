// A whole server with a source: a database that speaks the API of Prometheus on a real socket, a real PostgreSQL, and a clock
// that is turned by hand. What was stored there must be what the windows have, the past included; who measures the same
// yields to whom; outages, doubts and restarts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakePrometheus } from '@gleaner/driver-prometheus/testing'
import { type Metric, type SampleBatch, cloudId, emptyBatch, hostId, instanceId, metrics } from '@gleaner/model'
import type { Cloud } from '@gleaner/ports'
import { createTestDatabase } from '@gleaner/store/testing'
import { FaultServer, VirtualClock, aHost, anInstance } from '@gleaner/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sourceView } from '../api/system/source-view.ts'
import { parseConfig } from '../config/load.ts'
import { type RunningGleaner, startGleaner } from '../main.ts'

const lab = cloudId('lab')
const kvm1 = hostId(lab, 'kvm1')
const web = instanceId(lab, 'web-1')
const minuteMs = 60_000
const startMs = Date.UTC(2026, 2, 4, 12)

/** Two instances of one name among three; its driver measures what the test says. */
class PlainCloud implements Cloud {
  readonly id = lab
  readonly kind = 'plain'
  readonly address = 'nowhere'
  readonly actions = []
  measured: Partial<Record<Metric, number>> = {}
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  check = async () => []
  observe = async () => ({
    hosts: [aHost({ id: kvm1, cloudId: lab, name: 'kvm1' })],
    instances: ['web-1', 'twin-1', 'twin-2'].map((native) =>
      anInstance({ id: instanceId(lab, native), cloudId: lab, hostId: kvm1, name: native.replace(/twin-./, 'twin') }),
    ),
    projects: [],
    gaps: [],
  })
  sample = async (): Promise<SampleBatch> => {
    const batch = emptyBatch(1)
    batch.subjects.push(web)
    batch.atMs[0] = this.#clock.nowMs()
    metrics.forEach((metric, index) => (batch.values[index] = this.measured[metric] ?? Number.NaN))
    return batch
  }
  act = async () => {}
  look = async () => ({ instance: undefined, fault: undefined })
  subscribe = () => () => {}
  close = async () => {}
}

let clock: VirtualClock
let cloud: PlainCloud
let fake: FakePrometheus
let server: FaultServer
let directory: string
let database: Awaited<ReturnType<typeof createTestDatabase>>
let running: RunningGleaner | undefined

beforeEach(async () => {
  clock = new VirtualClock(startMs)
  cloud = new PlainCloud(clock)
  fake = new FakePrometheus({ exports: false })
  server = await FaultServer.start((asked) => fake.answer(asked))
  directory = mkdtempSync(join(tmpdir(), 'gleaner-sources-'))
  database = await createTestDatabase('empty')
})

afterEach(async () => {
  await running?.stop()
  running = undefined
  await server.close()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

async function start(more = '    backfill: 8h\n'): Promise<RunningGleaner> {
  const text = `listen: 127.0.0.1:0
log: error
clouds: [{ id: lab, kind: simulated }]
sources:
  - id: prom
    kind: prometheus
    url: ${server.url}
    timeout: 5s
    queries:
      - { metric: cpu, of: instances, series: cpu_cores, name: vm }
      - { metric: memory, of: instances, series: memory_mib, name: vm }
      - { metric: cpu, of: hosts, series: node_cores, name: node }
${more}`
  const environment = { GLEANER_STATE_DIR: join(directory, 'state'), DATABASE_URL: database.url }
  const config = parseConfig(text, 'test.yaml', { environment, directory })
  running = await startGleaner({ config, clock, makeClouds: () => [cloud] })
  await until('the first reading', () => application().state.clouds.get(lab)?.snapshot)
  return running
}

function store(
  name: string,
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [number, number])[],
) {
  fake.series.push({ labels: { __name__: name, ...labels }, samples })
}

/** Once a minute over the given past and some future, at the tenth second. */
function everyMinute(fromMin: number, toMin: number, valueAt: (minute: number) => number) {
  return Array.from({ length: toMin - fromMin }, (_, index) => {
    const minute = fromMin + index
    return [startMs + minute * minuteMs + 10_000, valueAt(minute)] as const
  })
}

async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const endMs = performance.now() + 20_000; performance.now() < endMs; ) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`waited 20 s for ${what}`)
}

const { application } = { application: () => (running as RunningGleaner).application }
const runsOf = (name: string) =>
  application()
    .loops()
    .find((loop) => loop.name === name)?.runs ?? 0
const filled = () =>
  until('the back-fill', () =>
    application().state.backFilling.size === 0
      ? application()
          .loops()
          .find(({ name }) => name === 'back-fill')?.detail
      : undefined,
  )

/** Turns the clock by whole minutes; after each, every sampling loop has run. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    const before = new Map(['sample:lab', 'sample:prom'].map((name) => [name, runsOf(name)]))
    await clock.advance(minuteMs)
    await until('the sampling loops', () =>
      [...before].every(([name, runs]) => runsOf(name) > runs) ? true : undefined,
    )
  }
}

const latest = (metric: Metric, subject: string = web) => application().usage.latest(subject, metric)
const singles = (values: readonly number[]) => values.map(Math.fround)
const near = (values: ArrayLike<number>) => Array.from(values, (value) => Math.round(value * 1e4) / 1e4)

it('fills in the past before it samples, minute by minute as it was stored, holes included', async () => {
  const valueAt = (minute: number) => Math.abs(minute % 17) / 8
  const stored = everyMinute(-300, 60, valueAt).filter(
    ([atMs]) => atMs < startMs - 50 * minuteMs || atMs >= startMs - 45 * minuteMs,
  )
  store('cpu_cores', { vm: 'web-1' }, stored)
  store(
    'node_cores',
    { node: 'kvm1:9100' },
    everyMinute(-300, 60, () => 3),
  )
  cloud.measured = { cpu: 8 }
  await start()
  expect(await filled()).toMatch(/^59[0-9] samples of the past 8h from prom$/)
  const series = application().usage.series(web, {
    metric: 'cpu',
    fromMs: startMs - 60 * minuteMs,
    toMs: startMs,
    points: 60,
  })
  const expected = Array.from({ length: 60 }, (_, index) =>
    index >= 10 && index < 15 ? Number.NaN : valueAt(index - 60),
  )
  expect(near(series.average)).toEqual(near(singles(expected)))
  const old = application().usage.series(web, {
    metric: 'cpu',
    fromMs: startMs - 300 * minuteMs,
    toMs: startMs - 240 * minuteMs,
    points: 1,
  })
  const past = Array.from({ length: 60 }, (_, index) => valueAt(index - 300))
  expect(old.maximum[0]).toBeCloseTo(Math.max(...past), 2)
  expect(latest('cpu', kvm1)).toBe(3)
})

it('lets the driver’s figures count and fills in what it leaves, or the other way round', async () => {
  store(
    'cpu_cores',
    { vm: 'web-1' },
    everyMinute(-5, 60, () => 0.5),
  )
  store(
    'memory_mib',
    { vm: 'web-1' },
    everyMinute(-5, 60, () => 256),
  )
  cloud.measured = { cpu: 2, disk: 7 }
  await start()
  await filled()
  await minutes(3)
  expect([latest('cpu'), latest('memory'), latest('disk')]).toEqual([2, 256, 7])
  cloud.measured = {}
  await minutes(5)
  expect(latest('cpu'), 'the source takes over when the driver has fallen silent').toBe(0.5)
  await running?.stop()
  cloud.measured = { cpu: 2, disk: 7 }
  await start('    backfill: 8h\n    prefer: source\n')
  await filled()
  await minutes(3)
  expect([latest('cpu'), latest('memory'), latest('disk')]).toEqual([0.5, 256, 7])
  await server.behave('away')
  await minutes(6)
  expect(latest('cpu'), 'the driver takes over when the source has fallen silent').toBe(2)
})

it('tells an outage, and fetches afterwards what it missed', async () => {
  const valueAt = (minute: number) => 1 + Math.abs(minute % 7)
  store('cpu_cores', { vm: 'web-1' }, everyMinute(-5, 60, valueAt))
  await start('    backfill: off\n')
  await minutes(2)
  const source = () => sourceView([...application().sources.values()][0] ?? ({} as never), application())
  expect(source()).toMatchObject({ state: 'fresh', series: 1, subjects: 1, unmatched: 0 })
  await server.behave('away')
  await minutes(7)
  expect(source()).toMatchObject({ state: 'unreachable', fault: expect.stringContaining('does not answer') as string })
  // Time that is turned by whole minutes makes loops of seconds look late; that is not what is asked here.
  const problems = async () =>
    (await application().store.problems.list({ includeClosed: false })).filter(
      ({ subject }) => subject === 'source prom',
    )
  expect(await problems()).toMatchObject([{ code: 'source-unavailable', subject: 'source prom' }])
  await server.behave(undefined)
  await minutes(2)
  expect(await problems()).toEqual([])
  const series = application().usage.series(web, {
    metric: 'cpu',
    fromMs: startMs,
    toMs: startMs + 11 * minuteMs,
    points: 11,
  })
  expect(near(series.average)).toEqual(Array.from({ length: 11 }, (_, minute) => valueAt(minute)))
})

it('tells of series that belong to nothing, or to several, once it is sure', async () => {
  for (const vm of ['web-1', 'twin', 'ghost'])
    store(
      'cpu_cores',
      { vm },
      everyMinute(-5, 60, () => 1),
    )
  await start('    backfill: off\n')
  const codes = async () =>
    (await application().store.problems.list({ includeClosed: false }))
      .map(({ code }) => code)
      .filter((code) => code.startsWith('source-'))
      .sort()
  await minutes(1)
  expect(await codes()).toEqual(['source-ambiguous'])
  await minutes(3)
  expect(await codes()).toEqual(['source-ambiguous', 'source-unmatched'])
  const [problem] = (await application().store.problems.list({ includeClosed: false })).filter(
    ({ code }) => code === 'source-unmatched',
  )
  expect(problem?.sentence).toBe(
    '1 of 3 series of source prom belong to no host or instance that is known (cpu_cores{vm="ghost"}).',
  )
  expect(latest('cpu', instanceId(lab, 'twin-1'))).toBeNaN()
  fake.series.splice(1)
  await minutes(1)
  expect(await codes()).toEqual([])
})

it('fetches after a restart only what was missed', async () => {
  store(
    'cpu_cores',
    { vm: 'web-1' },
    everyMinute(-60, 120, (minute) => minute + 100),
  )
  store(
    'node_cores',
    { node: 'kvm1' },
    everyMinute(-60, 120, () => 1),
  )
  for (const vm of ['twin'])
    store(
      'memory_mib',
      { vm },
      everyMinute(-60, 120, () => 1),
    )
  await start()
  await filled()
  await minutes(1)
  await until('leadership', () => application().state.fence)
  await running?.stop()
  await clock.advance(30 * minuteMs)
  await start()
  const told = await filled()
  // From the last sample that was kept, which the loop may have taken ten seconds into the minute before the end, or not yet.
  expect(told).toMatch(/samples of the past (29m50s|3[0-2]m)/)
  const series = application().usage.series(web, {
    metric: 'cpu',
    fromMs: startMs - 10 * minuteMs,
    toMs: startMs + 31 * minuteMs,
    points: 41,
  })
  expect(near(series.average)).toEqual(Array.from({ length: 41 }, (_, index) => index + 90))
})
