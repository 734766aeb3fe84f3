// A kill -9 between any two steps of the journal neither repeats nor loses a step on a host: a host that is sold four times
// over is lowered to its estimate by exactly one call, whatever the process was doing when it died.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startProgram, until } from '../process.ts'

const child = fileURLToPath(new URL('host-child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-host-crash-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Entry {
  readonly host: string
  readonly action: string
  readonly state: string
  readonly attempts: number
}

const points = ['intend', 'attempt', 'act', 'accept', 'finish'].flatMap((step) => [`${step}:before`, `${step}:after`])

describe('a step on a host, killed at each step of the journal', () => {
  it.each(points)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    const bornMs = Date.now()
    const start = (at: string) => startProgram([child, JSON.stringify({ directory, point: at, bornMs })])
    expect(await start(point).exited).toBe('SIGKILL')

    const second = start('none')
    const url = (await second.says(/^READY (\S+)$/m))[1]
    const token = readFileSync(join(directory, 'state/cli-token'), 'utf8').trim()
    const entries = await until('the finished step', async () => {
      const response = await fetch(`${url}/api/v1/history`, { headers: { authorization: `Bearer ${token}` } })
      const { items } = (await response.json()) as { items: Entry[] }
      return items.length > 0 && items.every(({ state }) => state === 'done') ? items : undefined
    })
    second.process.kill('SIGTERM')
    expect(await second.exited).toBe(0)

    const calls = readFileSync(join(directory, 'cloud.log'), 'utf8').trim().split('\n')
    expect(calls).toHaveLength(1)
    // Two idle instances of one core are booked on sixteen: (2 + 16) / 16 less a tenth of headroom is the most that can be left.
    const ratio = Number(/^h1 core-ratio (\S+)$/.exec(calls[0] ?? '')?.[1])
    expect(ratio).toBeGreaterThanOrEqual(1)
    expect(ratio).toBeLessThanOrEqual(18 / 16)
    expect(entries.map(({ host, action }) => `${host} ${action}`)).toEqual(['h1 lower-ratio'])
  })
})
