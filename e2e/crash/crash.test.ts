// A kill -9 between any two steps of the journal neither repeats nor loses an action. Each case kills a real process at one
// step, starts another on the same state directory, and then counts the effects in the cloud and the entries in the journal.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startProgram, until } from '../process.ts'

const child = fileURLToPath(new URL('child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-crash-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Entry {
  readonly instance: string
  readonly state: string
  readonly attempts: number
}

const points = ['intend', 'attempt', 'act', 'accept', 'finish'].flatMap((step) => [`${step}:before`, `${step}:after`])

describe('killed at each step of the journal', () => {
  it.each(points)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    const first = start(directory, point)
    expect(await first.exited).toBe('SIGKILL')

    const second = start(directory, 'none')
    const url = (await second.says(/^READY (\S+)$/m))[1]
    const token = readFileSync(join(directory, 'state/cli-token'), 'utf8').trim()
    const entries = await until('two finished actions', async () => {
      const response = await fetch(`${url}/api/v1/history`, { headers: { authorization: `Bearer ${token}` } })
      const { items } = (await response.json()) as { items: Entry[] }
      return items.filter((entry) => entry.state === 'done').length >= 2 ? items : undefined
    })
    second.process.kill('SIGTERM')
    expect(await second.exited).toBe(0)

    const effects = readFileSync(join(directory, 'cloud.log'), 'utf8').trim().split('\n').sort()
    expect(effects.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['i1 suspend', 'i2 suspend'])
    expect(entries.map((entry) => `${entry.instance} ${entry.state}`).sort()).toEqual(['i1 done', 'i2 done'])
  })
})

function start(directory: string, point: string) {
  return startProgram([child, JSON.stringify({ directory, point })])
}
