// A kill -9 between any two steps of the journal neither repeats nor loses memory that is lent: whatever the process was doing
// when it died, while lending or while giving back, the guest has all of its memory in the end, by one call each way.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startProgram, until } from '../process.ts'

const child = fileURLToPath(new URL('memory-child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-memory-crash-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Entry {
  readonly action: string
  readonly state: string
}

/** The first of each lends, the second gives back. */
const points = [1, 2].flatMap((nth) =>
  ['intend', 'attempt', 'act', 'accept', 'finish'].flatMap((step) => [`${step}:${nth}:before`, `${step}:${nth}:after`]),
)

describe('memory lent from a guest, killed at each step of the journal', () => {
  it.each(points)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    const bornMs = Date.now()
    const start = (at: string) => startProgram([child, JSON.stringify({ directory, point: at, bornMs })])
    expect(await start(point).exited).toBe('SIGKILL')

    const second = start('none')
    const url = (await second.says(/^READY (\S+)$/m))[1]
    const token = readFileSync(join(directory, 'state/cli-token'), 'utf8').trim()
    const entries = await until('the memory given back', async () => {
      const response = await fetch(`${url}/api/v1/history`, { headers: { authorization: `Bearer ${token}` } })
      const { items } = (await response.json()) as { items: Entry[] }
      return items.some(({ action, state }) => action === 'return-memory' && state === 'done') ? items : undefined
    })
    second.process.kill('SIGTERM')
    expect(await second.exited).toBe(0)

    const calls = readFileSync(join(directory, 'cloud.log'), 'utf8').trim().split('\n')
    expect(calls.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['i1 balloon', 'i1 return-memory'])
    expect(entries.map(({ action }) => action).sort()).toEqual(['balloon', 'return-memory'])
    const { leftMiB } = JSON.parse(readFileSync(join(directory, 'cloud.json'), 'utf8')) as {
      leftMiB: Record<string, number>
    }
    expect(leftMiB).toEqual({ i1: 1024 })
  })
})
