// A kill -9 between any two steps of the saga of an eviction neither evicts twice, nor loses the request, nor leaves a claim
// behind. Each case kills a real process at one step, starts another on the same database and the same cloud, and then
// counts what really happened in the cloud. By default only the telling steps; GLEANER_CRASH_POINTS=all takes them all.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Eviction, EvictionDecision, Instance } from '@gleaner/model'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { startProgram } from '../process.ts'

const child = fileURLToPath(new URL('preemption-child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-crash-preemption-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Rest {
  readonly decisions: readonly EvictionDecision[]
  readonly evictions: readonly Eviction[]
  readonly instances: readonly Instance[]
  readonly claims: readonly unknown[]
}

/** Every call to the cloud, every write of the journal of the eviction, and every write of the decision. */
const calls = ['claim:1', 'label:1', 'act:1', 'release:1', 'create:1', 'label:2', 'label:3', 'act:2']
const writes = ['decide:1', 'intend:1', 'attempt:1', 'accept:1', 'finish:1', 'intend:2', 'finish:2']
const saves = Array.from({ length: 16 }, (_, index) => `save:${index + 1}`)
const every = [
  ...calls.flatMap((call) => [`${call}:before`, `${call}:after`]),
  ...[...writes, ...saves].map((write) => `${write}:after`),
]
/** One of each kind: a call that was made and not noted, a write that was made and not followed by its call. */
const telling = ['decide:1', 'claim:1', 'label:1', 'act:1', 'finish:1', 'release:1', 'create:1', 'act:2'].map(
  (step) => `${step}:after`,
)
const points = process.env['GLEANER_CRASH_POINTS'] === 'all' ? every : telling

describe('killed at each step of an eviction', { timeout: 240_000 }, () => {
  it.concurrent.each(points)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    const database = await createTestDatabase('empty')
    const start = (at: string) =>
      startProgram([child, JSON.stringify({ directory, databaseUrl: database.url, point: at })])
    try {
      expect(await start(point).exited).toBe('SIGKILL')
      const second = start('none')
      const { decisions, evictions, instances, claims } = JSON.parse(
        (await second.says(/^DONE (.*)$/m))[1] ?? '',
      ) as Rest
      expect(await second.exited).toBe(0)

      expect(decisions.map(({ state, verdict }) => [state, verdict.code])).toEqual([['done', 'request-replaced']])
      const victims = decisions[0]?.victims.filter(({ state }) => state === 'left') ?? []
      expect(victims).toHaveLength(1)
      const [victim] = victims
      const effects = readFileSync(join(directory, 'effects.log'), 'utf8').trim().split('\n').sort()
      expect(effects).toEqual(['create big', 'delete big', `stop ${victim?.name}`])
      expect(evictions.map(({ instanceId, times }) => [instanceId, times])).toEqual([[victim?.instanceId, 1]])
      expect(claims).toEqual([])
      expect(instances.filter(({ name }) => name === 'big').map(({ state }) => state)).toEqual(['running'])
      expect(instances.filter(({ state }) => state === 'stopped').map(({ id }) => id)).toEqual([victim?.instanceId])
    } finally {
      await database.drop()
    }
  })
})
