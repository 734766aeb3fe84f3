// A kill -9 between any two steps by which a firm instance moves off a leased host neither repeats nor loses the move: it is made by
// exactly one call, whatever the process was doing when it died, and the lease has its host.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { startProgram, until } from '../process.ts'

const child = fileURLToPath(new URL('move-child.mjs', import.meta.url))
const base = mkdtempSync(join(tmpdir(), 'gleaner-move-crash-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Entry {
  readonly action: string
  readonly state: string
}
interface LeaseAnswer {
  readonly state: string
  readonly reservations: readonly { readonly hosts: readonly string[] }[]
}

const points = ['intend', 'attempt', 'act', 'accept', 'finish'].flatMap((step) => [`${step}:before`, `${step}:after`])

describe('a move off a leased host, killed at each step of the journal', () => {
  it.each(points)('%s', async (point) => {
    const directory = mkdtempSync(join(base, 'case-'))
    const bornMs = Date.now()
    const start = async (at: string) => {
      const program = startProgram([child, JSON.stringify({ directory, point: at, bornMs })])
      const url = (await program.says(/^READY (\S+)$/m))[1]
      const token = readFileSync(join(directory, 'state/cli-token'), 'utf8').trim()
      const call = (path: string, body?: object) =>
        fetch(`${url}/api/v1/${path}`, {
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        })
      return { program, call }
    }
    const first = await start(point)
    await until('a lease on the host of the other project', async () => {
      const reservations = [{ min: 1, filter: 'name == "h1"' }]
      const made = await first.call('leases', { name: 'exam', project: 'p2', duration: '100h', reservations })
      if (made.status === 400) throw new Error(await made.text())
      return made.status === 201 ? true : undefined
    })
    expect(await first.program.exited).toBe('SIGKILL')

    const { program, call } = await start('none')
    const entries = await until('the finished move', async () => {
      const { items } = (await (await call('history')).json()) as { items: Entry[] }
      return items.length > 0 && items.every(({ state }) => state === 'done') ? items : undefined
    })
    const lease = await until('the lease to run', async () => {
      const now = (await (await call('leases/exam')).json()) as LeaseAnswer
      return now.state === 'active' ? now : undefined
    })
    program.process.kill('SIGTERM')
    expect(await program.exited).toBe(0)

    expect(readFileSync(join(directory, 'cloud.log'), 'utf8')).toBe('i1 migrate h2\n')
    expect(entries.map(({ action }) => action)).toEqual(['migrate'])
    expect(lease.reservations[0]?.hosts).toEqual(['h1'])
  })
})
