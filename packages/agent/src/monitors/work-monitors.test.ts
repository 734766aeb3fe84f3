// The monitors that see work: load, pressure, programs, a graphics processor; each on a machine's own files.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { begin, end, machine, monitor } from '../testing/monitor-scene.ts'

beforeEach(begin)
afterEach(end)

describe('load', () => {
  const stat = (user: number) =>
    machine.write('proc/stat', `cpu  ${user} 0 0 999999 55 0 0 0 ${user} 0\ncpu0 1 0 0 0 0 0 0 0 0 0\n`)
  const cgroup = (seconds: number) =>
    machine.write('sys/fs/cgroup/lent.slice/cpu.stat', `usage_usec ${seconds * 1e6}\nuser_usec 1\n`)
  const load = { kind: 'load', startBelowCores: 0.3, suspendAboveCores: 0.5 } as const
  /** So many seconds in which others use so many cores and the guests so many. */
  const work = (look: () => { readonly state: string }, spans: { seconds: number; cores: number; guests: number }) => {
    let state = ''
    for (let nth = 0; nth < spans.seconds; nth++) {
      used += spans.cores + spans.guests
      guests += spans.guests
      stat(used * 100)
      cgroup(guests)
      state = look().state
    }
    return state
  }
  let used = 0
  let guests = 0
  beforeEach(() => {
    used = 0
    guests = 0
    stat(0)
    cgroup(0)
  })

  it("does not take a busy guest for a user, as the ancestor's load average did", () => {
    const look = monitor(load, ['lent.slice'])
    expect(look().state).toBe('between')
    expect(work(look, { seconds: 60, cores: 0.05, guests: 3 })).toBe('idle')
  })

  it('is between its thresholds first, then active, and calm again later', () => {
    const look = monitor(load, ['lent.slice'])
    look()
    expect(work(look, { seconds: 120, cores: 0.4, guests: 1 })).toBe('between')
    expect(work(look, { seconds: 120, cores: 1, guests: 0 })).toBe('active')
    expect(work(look, { seconds: 120, cores: 0, guests: 1 })).toBe('idle')
  })

  it('a guest that ended takes nothing off, and a count that makes no sense is missing', () => {
    const look = monitor(load, ['lent.slice'])
    look()
    work(look, { seconds: 60, cores: 1, guests: 1 })
    machine.remove('sys/fs/cgroup/lent.slice')
    stat((used += 1) * 100)
    expect(look().state).toBe('active')
    machine.write('proc/stat', 'cpu  x 0 0\n')
    expect(look().state).toBe('missing')
  })
})

it('pressure is a share of the time in which somebody waited', () => {
  const pressure = (name: string, avg10: string) =>
    machine.write(
      `proc/pressure/${name}`,
      `some avg10=${avg10} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`,
    )
  const look = monitor({ kind: 'pressure', limits: { cpu: 0.5, memory: 0.1, io: 0.5 } })
  expect(look().state).toBe('missing')
  pressure('cpu', '12.00')
  pressure('memory', '0.00')
  pressure('io', '49.99')
  expect(look().state).toBe('idle')
  pressure('memory', '10.50')
  expect(look()).toEqual({ state: 'active', detail: 'programs wait: memory 11 %' })
  machine.write('proc/pressure/io', '')
  expect(look().state).toBe('missing')
})

it('an exclusive program is seen by name or command line; a /proc without processes proves nothing', () => {
  const names = monitor({ kind: 'processes', patterns: [/^obs$/], whole: false })
  const lines = monitor({ kind: 'processes', patterns: [/vlc .*--fullscreen/], whole: true })
  expect(names().state).toBe('missing')
  machine.write('proc/1/comm', 'systemd\n')
  machine.write('proc/1/cmdline', '/sbin/init\0splash\0')
  expect([names().state, lines().state]).toEqual(['idle', 'idle'])
  machine.write('proc/812/comm', 'obs\n')
  machine.write('proc/812/cmdline', 'vlc\0a.mkv\0--fullscreen\0')
  expect([names().state, lines().state]).toEqual(['active', 'active'])
})

describe('programs that read and write', () => {
  const program = (id: number, line: string, io: string | undefined) => {
    machine.write(`proc/${id}/cmdline`, line.replaceAll(' ', '\0'))
    if (io !== undefined) machine.write(`proc/${id}/io`, io)
  }
  const io = (read: number, written: number) =>
    `rchar: 99\nwchar: 99\nread_bytes: ${read}\nwrite_bytes: ${written}\ncancelled_write_bytes: 0\n`

  it('count when their bytes grew, also those that have just begun', () => {
    const look = monitor({ kind: 'process-io', patterns: [/^rsync /] })
    expect(look().state).toBe('missing')
    program(1, '/sbin/init', undefined)
    program(70, 'rsync -a /a /b', io(5, 5))
    expect(look().state).toBe('active')
    expect(look().state).toBe('idle')
    program(70, 'rsync -a /a /b', io(5, 4096))
    expect(look().detail).toBe('rsync -a /a /b reads or writes')
    program(71, 'rsync -a /c /d', io(4096, 0))
    expect(look().state).toBe('active')
    machine.remove('proc/70')
    expect(look().state).toBe('idle')
  })

  it('one that does not tell is a missing signal', () => {
    const look = monitor({ kind: 'process-io', patterns: [/^rsync /] })
    program(70, 'rsync -a /a /b', 'rchar: 5\n')
    expect(look().state).toBe('missing')
    machine.remove('proc/70/io')
    symlinkSync('io', join(machine.roots.proc, '70/io'))
    expect(look().state).toBe('missing')
  })
})

it('who holds the machine awake is in use; who only wants to be told of a sleep is not', () => {
  const look = monitor({ kind: 'inhibitors' })
  expect(look()).toEqual({ state: 'idle', detail: 'nobody holds the machine' })
  const held = (id: string, words: string) => machine.write(`run/systemd/inhibit/${id}`, words)
  held('1', 'WHAT=sleep\nMODE=delay\nUID=0\nPID=1\nWHO=NetworkManager\n')
  held('2', 'WHAT=handle-lid-switch:idle\nMODE=delay\nUID=0\nPID=1\nWHO=x\n')
  held('2.ref', '')
  expect(look().state).toBe('idle')
  held(
    '9',
    '# This is private data. Do not parse.\nWHAT=sleep:idle\nMODE=block\nUID=1000\nPID=77\nWHO=Firefox\nWHY=video\n',
  )
  expect(look()).toEqual({ state: 'active', detail: 'Firefox keeps the machine awake' })
  held('9', '# This is priv')
  expect(look().state).toBe('missing')
  machine.remove('run/systemd')
  expect(look().state).toBe('missing')
})

it('a graphics processor at work, between its thresholds, and one that falls silent', () => {
  const look = monitor({ kind: 'gpu', startBelow: 0.1, suspendAbove: 0.3 })
  expect(look().state).toBe('idle')
  machine.write('sys/class/drm/card0/device/vendor', '0x8086')
  machine.write('sys/class/drm/card1-HDMI-A-1/status', 'connected')
  expect(look()).toEqual({ state: 'idle', detail: 'no graphics processor tells how busy it is' })
  const busy = (text: string) => machine.write('sys/class/drm/card1/device/gpu_busy_percent', text)
  busy('4\n')
  expect(look().state).toBe('idle')
  busy('22\n')
  expect(look().state).toBe('between')
  busy('97\n')
  expect(look().state).toBe('active')
  busy('')
  expect(look().state).toBe('missing')
  machine.remove('sys/class/drm/card1')
  expect(look().state).toBe('missing')
})
