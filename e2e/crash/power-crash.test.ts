// A kill -9 between any two steps by which a host goes to sleep and comes back neither repeats nor loses one: the host is closed once and
// told to sleep once, later woken once and opened once, whatever the process was doing when it died, and what is remembered of the
// host (that it is Gleaner's to wake) is not lost with it.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProgram, until } from '../process.ts'

const child = fileURLToPath(new URL('power-child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-power-crash-'))
const bornMs = Date.now()
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Entry {
  readonly action: string
  readonly state: string
}

const start = (directory: string, mode: string, point: string) =>
  startProgram([child, JSON.stringify({ directory, point, mode, bornMs })])

/** Runs until the cloud has seen all of the steps and the journal says that they are done; what the journal has, oldest first. */
async function finish(directory: string, mode: string, steps: readonly string[]): Promise<readonly string[]> {
  const program = start(directory, mode, 'none')
  const url = (await program.says(/^READY (\S+)$/m))[1]
  const token = readFileSync(join(directory, 'state/cli-token'), 'utf8').trim()
  const entries = await until('the end of all steps', async () => {
    const response = await fetch(`${url}/api/v1/history`, { headers: { authorization: `Bearer ${token}` } })
    const { items } = (await response.json()) as { items: Entry[] }
    return items.length >= steps.length && items.every(({ state }) => state === 'done') ? items : undefined
  })
  program.process.kill('SIGTERM')
  expect(await program.exited).toBe(0)
  return entries.map(({ action }) => action).toReversed()
}

const calls = (directory: string) => readFileSync(join(directory, 'cloud.log'), 'utf8').trim().split('\n')
const both = (names: readonly string[]) => names.flatMap((name) => [`${name}:before`, `${name}:after`])

/** Closing comes first: of the journal's calls the second of a kind are those of the sleep. */
const sleeping = both(['close', 'intend:2', 'sleep', 'accept:2', 'finish:2', 'save:2'])

describe('a host that goes to sleep, killed at each step', () => {
  it.each(sleeping)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    expect(await start(directory, 'enforce', point).exited).toBe('SIGKILL')
    const steps = ['close', 'sleep']
    expect(await finish(directory, 'enforce', steps)).toEqual(steps)
    expect(calls(directory)).toEqual(['h1 close', 'h1 sleep'])
  })
})

/** A new process has its own count: the wake-up is the first. */
const waking = both(['intend:1', 'wake', 'finish:1', 'open'])

describe('a host that is woken, killed at each step', () => {
  const asleep = join(base, 'asleep')
  beforeAll(async () => {
    await finish(asleep, 'enforce', ['close', 'sleep'])
  })

  it.each(waking)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    cpSync(asleep, directory, { recursive: true })
    expect(await start(directory, 'observe', point).exited).toBe('SIGKILL')
    const steps = ['close', 'sleep', 'wake', 'open']
    expect(await finish(directory, 'observe', steps)).toEqual(steps)
    expect(calls(directory)).toEqual(steps.map((step) => `h1 ${step}`))
  })
})
