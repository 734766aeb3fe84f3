// The channel on a real socket and a virtual clock: what a guest sends, well or badly, and what is believed of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReportChannel } from './report-channel.ts'
import { ReportHub } from './report-hub.ts'

let folder: string
let server: Server
let path: string
let clock: VirtualClock
let channel: ReportChannel
const guests: Socket[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-'))
  path = join(folder, 'guest.gleaner.sock')
  server = createServer((socket) => {
    socket.on('error', () => {})
    guests.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  clock = new VirtualClock()
  channel = new ReportChannel({ path, clock, monotonicMs: () => clock.nowMs() })
  await until(() => guests.length === 1)
})

afterEach(async () => {
  channel.close()
  for (const guest of guests.splice(0)) guest.destroy()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true })
  expect(clock.sleepers).toBe(0)
})

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 50_000) throw new Error('it did not come about')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function line(seq: number, idleS: number): string {
  const text = `GLEANER v=1 seq=${seq} up=1000 every=15 users=0 idle=${idleS}`
  return `${text} len=${text.length}\n`
}

const say = (text: string) => guests.at(-1)?.write(text)

describe('ReportChannel', () => {
  it('knows nothing before a report came', () => {
    expect(channel.latest()).toBeUndefined()
  })

  it('believes a report for three of its periods and no longer', async () => {
    say(line(1, 30))
    await until(() => channel.counts.reports === 1)
    await clock.advance(45_000)
    expect(channel.latest()?.idleS).toBe(30)
    await clock.advance(1)
    expect(channel.latest()).toBeUndefined()
  })

  it('finds back after a cut line and counts what it could not read', async () => {
    say(`${line(1, 30).slice(20)}${line(2, 31)}`)
    await until(() => channel.counts.reports === 1)
    expect(channel.latest()).toMatchObject({ seq: 2, idleS: 31 })
    expect(channel.counts).toMatchObject({ unreadable: 1, lost: 0 })
  })

  it('counts the reports that got lost, and takes a new start for a new start', async () => {
    say(line(1, 1) + line(2, 2) + line(6, 6) + line(1, 0) + line(2, 1))
    await until(() => channel.counts.reports === 5)
    expect(channel.counts.lost).toBe(3)
    expect(channel.latest()?.seq).toBe(2)
  })

  it('connects again when the guest comes back', async () => {
    say(line(1, 1))
    await until(() => channel.counts.reports === 1)
    guests[0]?.destroy()
    await until(() => clock.sleepers === 1)
    await clock.advance(1_000)
    await until(() => guests.length === 2)
    say(line(2, 16))
    await until(() => channel.counts.reports === 2)
    expect(channel.latest()?.idleS).toBe(16)
  })

  it('leaves a guest alone that floods the line, and listens again later', async () => {
    const flood = Buffer.alloc(600_000, 'x\n')
    guests[0]?.write(flood)
    await until(() => channel.counts.floods === 1 && clock.sleepers === 1)
    await clock.advance(59_000)
    expect(guests).toHaveLength(1)
    await clock.advance(1_000)
    await until(() => guests.length === 2)
    say(line(1, 5))
    await until(() => channel.counts.reports === 1)
  })

  it('a report line of 1 MB is neither kept nor believed; the guest is left alone for a while and heard again', async () => {
    say(`GLEANER v=1 seq=1 up=1000 every=15 users=0 idle=30 x=${'9'.repeat(1_000_000)}\n${line(2, 31)}`)
    await until(() => channel.counts.floods === 1)
    expect(channel.counts.reports).toBe(0)
    expect(channel.latest()).toBeUndefined()
    await until(() => clock.sleepers === 1)
    await clock.advance(60_000)
    await until(() => guests.length === 2)
    say(line(3, 32))
    await until(() => channel.counts.reports === 1)
    expect(channel.latest()).toMatchObject({ seq: 3, idleS: 32 })
  })

  it('a report with control characters is refused as a whole, and the next one is read', async () => {
    const hostile = ['\u0000', '\u0007', '\u001b[2J', '\u007f', '\u202e', '\t', '\r', '\v']
    for (const sign of hostile) {
      const text = `GLEANER v=1 seq=1 up=1000 every=15 users=0${sign} idle=30`
      say(`${text} len=${text.length}\n`)
    }
    say(line(2, 31))
    await until(() => channel.counts.reports === 1)
    expect(channel.counts.unreadable).toBe(hostile.length)
    expect(channel.latest()).toMatchObject({ seq: 2, idleS: 31 })
  })

  it('clock skew between guest and host: a report counts from when it came, whatever time either of them says it is', async () => {
    let elapsedMs = 0
    const skewed = new ReportChannel({ path, clock, monotonicMs: () => elapsedMs })
    await until(() => guests.length === 2)
    // The guest lives in the year 2100, and its idle time is its own clock's.
    const text = 'GLEANER v=1 seq=1 up=1000 every=15 users=0 idle=30 now=4102444800'
    say(`${text} len=${text.length}\n`)
    await until(() => skewed.counts.reports === 1)
    // The clock of the host is set a year ahead.
    await clock.advance(365 * 86_400_000)
    elapsedMs = 45_000
    expect(skewed.heard()).toMatchObject({ agoMs: 45_000, report: { idleS: 30 } })
    elapsedMs = 45_001
    expect(skewed.latest()).toBeUndefined()
    // A guest that says to be idle since before it started has a clock that was set: that is no report.
    const set = 'GLEANER v=1 seq=2 up=1000 every=15 users=0 idle=1001'
    say(`${set} len=${set.length}\n`)
    await until(() => skewed.counts.unreadable === 1)
    expect(skewed.latest()).toBeUndefined()
    skewed.close()
  })

  it('says why nobody is heard', async () => {
    const deaf = new ReportChannel({ path: '/nowhere/guest.sock', clock, monotonicMs: () => clock.nowMs() })
    await until(() => deaf.fault !== undefined)
    expect(deaf.fault).toContain('ENOENT')
    await until(() => clock.sleepers === 1)
    deaf.close()
  })
})

describe('ReportHub', () => {
  it('listens to running guests with a socket that is meant for it, and leaves the others', async () => {
    const hub = new ReportHub({ pattern: /gleaner[^/]*$/, clock, monotonicMs: () => clock.nowMs() })
    const sockets = ['/gleaner/console.sock', path]
    hub.follow([
      { uuid: 'a', sockets },
      { uuid: 'b', sockets: ['/tmp/console.sock'] },
    ])
    await until(() => guests.length === 2)
    expect(hub.channels().map((each) => each.path)).toEqual([path])
    say(line(1, 9))
    await until(() => hub.latest('a')?.idleS === 9)
    hub.follow([{ uuid: 'a', sockets }])
    expect(hub.latest('a')?.idleS).toBe(9)
    hub.follow([])
    expect(hub.latest('a')).toBeUndefined()
    hub.close()
    hub.follow([{ uuid: 'a', sockets }])
    expect(hub.channels()).toEqual([])
  })
})
