// The scene of tests on a whole server: real PostgreSQL, one simulated cloud, time that runs faster. What is started is ended by
// `stopAll`, the last first.
import { SimulatedCloud, type SimulatedCloudOptions } from '@gleaner/driver-simulated'
import type { JournalEntry } from '@gleaner/model'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { startTestServer, type TestServer, type TestServerOptions, testStartMs } from './test-server.ts'

export const patient = { timeout: 300_000 }
export const never = new AbortController().signal

export let server: TestServer
/** The one behind the server, where it is simulated and nothing stands in between. */
export let cloud: SimulatedCloud
const stops: (() => Promise<void>)[] = []

/** Of the scene too, and ended before what was there already. */
export function endsToo(stop: () => Promise<void>): void {
  stops.push(stop)
}

/** Ends what came last: the server, once it has started. */
export const stopLast = async (): Promise<void> => stops.pop()?.()

export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) await stop()
}

export interface Scene extends Omit<TestServerOptions, 'clock'> {
  /** How many times faster than real time. */
  readonly speed: number
  readonly atMs?: number
  /** Another cloud than that of every test server. */
  readonly size?: Omit<SimulatedCloudOptions, 'clock' | 'id'>
}

/** Resolves when the server leads and has read its cloud. */
export async function begin({ speed, atMs = testStartMs, size, ...options }: Scene): Promise<void> {
  const clock = acceleratedClock(atMs, speed)
  const own = size && new SimulatedCloud({ ...size, clock, id: 'sim' })
  const started = await startTestServer({ ...options, clock, ...(own && { makeClouds: () => [own] }) })
  endsToo(() => started.stop())
  server = started
  cloud = own ?? started.cloud
  await server.until('a leader that has read the cloud', () =>
    server.app.state.fence !== undefined && server.app.state.ready && reading() !== undefined ? true : undefined,
  )
}

export const reading = () => server.app.state.clouds.get(cloud.id)?.snapshot

/** What was done, in the order in which it was meant. */
export async function journal(): Promise<readonly JournalEntry[]> {
  const { items } = await server.app.store.journal.list({}, { limit: 200, offset: 0 })
  return [...items].sort((a, b) => a.intendedAtMs - b.intendedAtMs)
}
