// Lines of guests on real sockets and pipes: heard, believed as far as they are whole and fresh, and told under the name that the path has.
import { execFileSync } from 'node:child_process'
import { constants, mkdirSync, mkdtempSync, openSync, closeSync, rmSync, writeSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GuestReports } from './guest-reports.ts'
import { findReportPlaces, type ReportPattern, readReportPattern } from './report-places.ts'

let folder: string
let monoMs = 0
const closing: (() => unknown)[] = []
const said: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gl-'))
  monoMs = 1000
  said.length = 0
})
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

const soon = { timeout: 10_000, interval: 5 }
const pattern = (text: string): ReportPattern => {
  const read = readReportPattern(join(folder, text))
  if (read === undefined) throw new Error(`${text} is no pattern`)
  return read
}
const line = (seq: number, idleS: number, users = 0) => {
  const text = `GLEANER v=1 seq=${seq} up=1000 every=15 users=${users} idle=${idleS}`
  return `${text} len=${text.length}\n`
}

async function guestAt(path: string): Promise<{ say: (text: string) => Promise<void> }> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return {
    say: async (text) => {
      await vi.waitFor(() => expect(sockets.length).toBeGreaterThan(0), soon)
      sockets.at(-1)?.write(text)
    },
  }
}

function listen(...patterns: readonly string[]): GuestReports {
  const reports = new GuestReports({
    patterns: patterns.map(pattern),
    clocks: () => ({ monoMs, bootMs: monoMs, wallMs: monoMs }),
    say: (text) => said.push(text),
  })
  closing.push(() => reports.close())
  return reports
}

describe('places', () => {
  it('are sockets and pipes whose path names an instance, and nothing else', async () => {
    await guestAt(join(folder, 'web-1.gleaner.sock'))
    await guestAt(join(folder, 'console.sock'))
    mkdirSync(join(folder, 'instance-7'))
    await guestAt(join(folder, 'instance-7', 'report'))
    execFileSync('mkfifo', [join(folder, 'db.out')])
    writeFileSync(join(folder, 'file.gleaner.sock'), '')
    await guestAt(join(folder, '.gleaner.sock'))
    const found = (...texts: readonly string[]) => findReportPlaces(texts.map(pattern)).places
    expect(found('{instance}.gleaner.sock').map(({ instance }) => instance)).toEqual(['web-1'])
    expect(found('{instance}.out', 'instance-{instance}/report')).toEqual([
      { instance: 'db', path: join(folder, 'db.out') },
      { instance: '7', path: join(folder, 'instance-7', 'report') },
    ])
    expect(findReportPlaces([pattern('nowhere/{instance}')])).toMatchObject({ places: [], fault: expect.any(String) })
  })
})

describe('reports', () => {
  it('come from a socket and from a pipe, each under the name of its path and not under that it gives itself', async () => {
    const web = await guestAt(join(folder, 'web-1.gleaner.sock'))
    execFileSync('mkfifo', [join(folder, 'db.out')])
    // As a machine does it: open for both, so that it need not wait for a reader.
    const pipe = openSync(join(folder, 'db.out'), constants.O_RDWR | constants.O_NONBLOCK)
    closing.push(() => closeSync(pipe))
    const reports = listen('{instance}.gleaner.sock', '{instance}.out')
    await web.say(`half a line\n${line(1, 30, 2)}`)
    writeSync(pipe, line(7, 60))
    const forged = 'GLEANER v=1 seq=8 up=1000 every=15 users=0 idle=61 instance=web-1'
    writeSync(pipe, `${forged} len=${forged.length}\n`)
    await vi.waitFor(() => expect(reports.counts).toEqual({ lines: 2, heard: 2 }), soon)
    expect(reports.now()).toEqual([
      { instance: 'web-1', agoMs: 0, everyMs: 15_000, users: 2, idleMs: 30_000 },
      { instance: 'db', agoMs: 0, everyMs: 15_000, users: 0, idleMs: 60_000 },
    ])
    monoMs += 10_000
    expect(reports.now()[0]?.agoMs).toBe(10_000)
    monoMs += 40_000
    expect(reports.now()).toEqual([])
    expect(reports.counts).toEqual({ lines: 2, heard: 0 })
  })

  it('of a guest that floods or lies are its own loss', async () => {
    const loud = await guestAt(join(folder, 'loud.sock'))
    const well = await guestAt(join(folder, 'well.sock'))
    const reports = listen('{instance}.sock')
    await loud.say('x'.repeat(1_000_000))
    await well.say(line(1, 5))
    await loud.say(line(1, 5_000))
    const crowd = line(2, 5, 2_000_000)
    await vi.waitFor(() => expect(reports.now().map(({ instance }) => instance)).toEqual(['well']), soon)
    await well.say(crowd)
    await vi.waitFor(() => expect(reports.now()).toEqual([]), soon)
  })

  it('follow guests that come and go', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const reports = listen('{instance}.sock')
    expect(reports.counts.lines).toBe(0)
    const late = await guestAt(join(folder, 'late.sock'))
    vi.advanceTimersByTime(5000)
    expect(reports.counts.lines).toBe(1)
    await late.say(line(1, 9))
    await vi.waitFor(() => expect(reports.now()).toHaveLength(1), soon)
    rmSync(join(folder, 'late.sock'))
    vi.advanceTimersByTime(5000)
    expect(reports.counts).toEqual({ lines: 0, heard: 0 })
    rmSync(folder, { recursive: true })
    vi.advanceTimersByTime(10_000)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('no such file')
  })
})
