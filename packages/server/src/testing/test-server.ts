// A whole server in a test: real PostgreSQL, a simulated cloud that can be told to fail, time that runs 600 times faster.
// Nothing here sleeps for a time: tests wait for values.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import type { Clock, Cloud } from '@gleaner/ports'
import { type TestDatabase, createTestDatabase } from '@gleaner/store/testing'
import type { Application, Caller } from '../application.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { parseConfig } from '../config/load.ts'
import { startGleaner } from '../main.ts'

export const testSpeed = 600
/** A Wednesday at noon. */
export const testStartMs = Date.UTC(2026, 2, 4, 12)

export const operator: Caller = { name: 'olga', role: 'operator', projects: [], from: 'test', by: 'token' }

export interface TestServerOptions {
  /** More lines of the configuration. */
  readonly config?: string
  readonly clock?: Clock
  readonly makeClouds?: (clock: Clock) => readonly Cloud[]
  readonly databaseUrl?: string
  /** Whether the guests of the cloud tell their memory (false). */
  readonly guestMemory?: boolean
}

export interface TestServer {
  readonly app: Application
  readonly url: string
  readonly cloud: SimulatedCloud
  readonly clock: Clock
  /** Waits until there is an answer. */
  until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T>
  /** Waits until this many more cycles have been decided. */
  cycles(count: number): Promise<void>
  stop(): Promise<void>
}

const patienceMs = 120_000

/** The cloud of every test server that is not given another. */
export function fourHosts(clock: Clock, guestMemory = false): SimulatedCloud {
  const size = { seed: 11, hosts: 4, instances: 24, projects: 3, desktops: 0, activity: 0 }
  return new SimulatedCloud({ clock, id: 'sim', ...size, guestMemory })
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'gleaner-server-'))
  const database: TestDatabase | undefined =
    options.databaseUrl === undefined ? await createTestDatabase('empty') : undefined
  const environment = {
    GLEANER_STATE_DIR: join(directory, 'state'),
    DATABASE_URL: options.databaseUrl ?? database?.url,
  }
  const text = `listen: 127.0.0.1:0\nlog: error\n${options.config ?? ''}`
  const config = parseConfig(text, 'test.yaml', { environment, directory })
  const clock = options.clock ?? acceleratedClock(testStartMs, testSpeed)
  const cloud = fourHosts(clock, options.guestMemory)
  const running = await startGleaner({ config, clock, makeClouds: options.makeClouds ?? (() => [cloud]) })
  const app = running.application
  const until = async <T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> => {
    for (const endMs = performance.now() + patienceMs; performance.now() < endMs; ) {
      const answer = await ask()
      if (answer !== undefined) return answer
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`waited ${patienceMs / 1000} s for ${what}`)
  }
  return {
    app,
    url: running.url,
    cloud,
    clock,
    until,
    cycles: async (count) => {
      const runs = () => app.loops().find((loop) => loop.name === 'decide')?.runs ?? 0
      const end = runs() + count
      await until(`${count} cycles`, () => (runs() >= end ? true : undefined))
    },
    stop: async () => {
      await running.stop()
      await database?.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
