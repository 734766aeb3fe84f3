// Each monitor on a machine's own files, and each fault of the ancestor on its own: what it read as "nobody is there", or died of,
// has to be missing or seen here.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { monitorOf, ruleOf } from '../config/default-monitors.ts'
import type { MonitorKind } from '../config/agent-config.ts'
import { recordedInterrupts, RecordedMachine } from '../testing/recorded-machine.ts'
import { makeMonitor } from '../watch/make-monitors.ts'
import { askMonitor, type Monitor } from './monitor.ts'
import { minutesLeft } from './window-monitor.ts'
import { lendingHours } from '../config/lending-hours.ts'

let machine: RecordedMachine
let wallMs = 1_790_000_000_000
let groups: readonly string[] = []
let nowMs = 0
beforeEach(() => {
  machine = new RecordedMachine()
  nowMs = 0
})
afterEach(() => machine.end())

function monitor(kind: MonitorKind): () => { readonly state: string; readonly detail: string } {
  const made: Monitor = makeMonitor(monitorOf(kind, { absentMs: 900_000, continueAfterMs: 300_000 }), {
    roots: machine.roots,
    guestGroups: () => groups,
    wallMs: () => wallMs,
  })
  return () => {
    nowMs += 1000
    const { state, detail } = askMonitor(made, nowMs)
    return { state, detail }
  }
}

describe('input devices', () => {
  it('sees every keyboard, the second and the Bluetooth one too, without by-id links', () => {
    machine.plug('event0', 'keyboard')
    machine.plug('event7', 'keyboard')
    const look = monitor({ kind: 'keyboard' })
    expect(look()).toEqual({ state: 'idle', detail: 'nothing on 2 devices' })
    machine.press('event7')
    expect(look()).toEqual({ state: 'active', detail: 'event7 was used' })
    expect(look().state).toBe('idle')
    machine.press('event0')
    expect(look().state).toBe('active')
  })

  it('sees a keyboard that is plugged in later, and that it was', () => {
    machine.plug('event0', 'keyboard')
    const look = monitor({ kind: 'keyboard' })
    look()
    machine.plug('event3', 'keyboard')
    expect(look()).toEqual({ state: 'active', detail: 'event3 was plugged in' })
    expect(look().state).toBe('idle')
    machine.press('event3')
    expect(look()).toEqual({ state: 'active', detail: 'event3 was used' })
  })

  it('takes an unplugged keyboard for a person, and none at all for a missing signal', () => {
    machine.plug('event0', 'keyboard')
    machine.plug('event1', 'keyboard')
    const look = monitor({ kind: 'keyboard' })
    look()
    machine.unplug('event1')
    expect(look().state).toBe('active')
    expect(look().state).toBe('idle')
    machine.unplug('event0')
    expect(look().state).toBe('missing')
    expect(look().state).toBe('missing')
  })

  it('without /dev/input the signal is missing, and the other monitors still look', () => {
    const look = monitor({ kind: 'keyboard' })
    const terminals = monitor({ kind: 'terminals', ignored: [] })
    machine.remove('dev/input')
    expect(look()).toEqual({ state: 'missing', detail: `${machine.roots.dev}/input: is not there` })
    expect(terminals().state).toBe('idle')
  })

  it('a device that may not be read is a missing signal, not a quiet one', () => {
    machine.plug('event0', 'keyboard')
    // Rights do not bind root: a link to itself refuses everybody.
    symlinkSync('event1', join(machine.roots.dev, 'input/event1'))
    const look = monitor({ kind: 'keyboard' })
    expect(look()).toMatchObject({ state: 'missing', detail: expect.stringContaining('event1') })
    machine.press('event0')
    expect(look().state).toBe('missing')
  })

  it('keeps pointers apart from keyboards by what they can do; a lid and power buttons count as keyboards', () => {
    machine.plug('event0', 'keyboard')
    machine.plug('event1', 'mouse')
    machine.plug('event2', 'lid')
    const keyboards = monitor({ kind: 'keyboard' })
    const pointers = monitor({ kind: 'pointer', bump: true })
    expect([keyboards().detail, pointers().detail]).toEqual(['nothing on 2 devices', 'nothing on 1 device'])
    machine.press('event1')
    expect([keyboards().state, pointers().state]).toEqual(['idle', 'active'])
    machine.press('event2')
    expect([keyboards().state, pointers().state]).toEqual(['active', 'idle'])
  })

  it('a device that cannot be looked at closer is a keyboard, and no pointer at all is none that moved', () => {
    machine.plug('event0', 'mouse')
    machine.remove('sys/class/input/event0')
    expect(monitor({ kind: 'keyboard' })().state).toBe('idle')
    expect(monitor({ kind: 'pointer', bump: true })().state).toBe('idle')
  })

  it('more than fits into the buffer is read to its end at once', () => {
    machine.plug('event0', 'keyboard')
    const look = monitor({ kind: 'keyboard' })
    look()
    machine.press('event0', 1000)
    expect(look().state).toBe('active')
    expect(look().state).toBe('idle')
  })

  it('leaves every thread of Node free with many devices open, as pending reads would not', async () => {
    for (let nth = 0; nth < 12; nth++) machine.plug(`event${nth}`, 'keyboard')
    const look = monitor({ kind: 'keyboard' })
    look()
    const { readFile } = await import('node:fs/promises')
    const texts = await Promise.all(
      Array.from({ length: 8 }, () => readFile(join(machine.roots.proc, 'interrupts'), 'utf8')),
    )
    expect(texts.every((text) => text === recordedInterrupts)).toBe(true)
  })
})

describe('the PS/2 port', () => {
  const counts = (first: number, second: number) =>
    recordedInterrupts.replace('9          4   IO-APIC   1-edge', `${first}          ${second}   IO-APIC   1-edge`)

  it("adds up the columns of processors and no others: the kernel's own line killed the ancestor", () => {
    const look = monitor({ kind: 'ps2', needed: false })
    expect(look()).toEqual({ state: 'idle', detail: '155 interrupts so far' })
    machine.write('proc/interrupts', counts(9, 6))
    expect(look()).toEqual({ state: 'active', detail: '2 interrupts of i8042' })
    expect(look().state).toBe('idle')
  })

  it('counts that fall (a processor was taken away) are no proof of calm', () => {
    const look = monitor({ kind: 'ps2', needed: false })
    look()
    machine.write('proc/interrupts', counts(2, 4))
    expect(look().state).toBe('active')
  })

  it.each([
    ['a line that is cut off', counts(9, 4).replace(/1: {9,}9 +4 .*/, '1: 9')],
    ['no header', recordedInterrupts.split('\n').slice(1).join('\n')],
    ['nothing at all', ''],
    ['words where a count was', recordedInterrupts.replace('         9          4   IO-APIC', '  many  4   IO-APIC')],
  ])('%s is a missing signal', (_, text) => {
    const look = monitor({ kind: 'ps2', needed: false })
    look()
    machine.write('proc/interrupts', text)
    expect(look().state).toBe('missing')
  })

  it('a machine without the port has none; one that had it, or has to have it, misses it', () => {
    const without = recordedInterrupts
      .split('\n')
      .filter((line) => !line.includes('i8042'))
      .join('\n')
    const had = monitor({ kind: 'ps2', needed: false })
    had()
    machine.write('proc/interrupts', without)
    expect(had().state).toBe('missing')
    expect(monitor({ kind: 'ps2', needed: false })().state).toBe('idle')
    expect(monitor({ kind: 'ps2', needed: true })().state).toBe('missing')
  })
})

describe('terminals', () => {
  it('sees typing by the access time, whichever way the clock was set meanwhile', () => {
    machine.terminal('tty1', 1_700_000_000)
    machine.terminal('pts/0', 1_700_000_000)
    const look = monitor({ kind: 'terminals', ignored: [] })
    expect(look().state).toBe('idle')
    machine.terminal('pts/0', 1_700_000_008)
    expect(look()).toEqual({ state: 'active', detail: 'somebody typed at pts/0' })
    expect(look().state).toBe('idle')
    machine.terminal('pts/0', 1_600_000_000)
    expect(look().state).toBe('active')
  })

  it('sees a terminal opened (ssh) and closed, not output, and not one that is named', () => {
    machine.terminal('tty1', 1_700_000_000)
    machine.terminal('ttyS0', 1_700_000_000)
    const look = monitor({ kind: 'terminals', ignored: ['ttyS0'] })
    look()
    machine.terminal('pts/4', 1_700_000_000)
    expect(look().detail).toBe('pts/4 was opened')
    machine.remove('dev/pts/4')
    expect(look().detail).toBe('pts/4 was closed')
    machine.terminal('ttyS0', 1_700_000_099)
    expect(look().state).toBe('idle')
  })

  it('without /dev/pts the signal is missing', () => {
    const look = monitor({ kind: 'terminals', ignored: [] })
    machine.remove('dev/pts')
    expect(look().state).toBe('missing')
  })
})

describe('sessions', () => {
  const session = (id: string, words: string) =>
    machine.write(`run/systemd/sessions/${id}`, `# This is private data. Do not parse.\nUID=1000\nUSER=alice\n${words}`)
  const local = 'ACTIVE=1\nSTATE=active\nREMOTE=0\nTYPE=x11\nCLASS=user\nSEAT=seat0\n'

  it('a greeter is nobody, for ever', () => {
    session('c1', local.replace('CLASS=user', 'CLASS=greeter'))
    const look = monitor({ kind: 'sessions' })
    expect(look()).toEqual({ state: 'idle', detail: '0 sessions' })
    expect(look().state).toBe('idle')
  })

  it('a login, a switch to another session and a logout are persons', () => {
    session('2', local)
    session('5', local.replace('ACTIVE=1', 'ACTIVE=0'))
    const look = monitor({ kind: 'sessions' })
    expect(look().state).toBe('idle')
    session('7', local)
    expect(look().detail).toBe('alice logged in (session 7)')
    session('5', local)
    expect(look().detail).toBe('session 5 came to the front')
    machine.remove('run/systemd/sessions/7')
    expect(look().detail).toBe('alice logged out (7)')
    expect(look().state).toBe('idle')
  })

  it('one from afar without a terminal counts as long as it is there; with one its terminal tells', () => {
    session('9', 'ACTIVE=1\nSTATE=active\nREMOTE=1\nTYPE=unspecified\nCLASS=user\n')
    const look = monitor({ kind: 'sessions' })
    expect([look().state, look().state]).toEqual(['active', 'active'])
    session('9', 'ACTIVE=1\nSTATE=active\nREMOTE=1\nTYPE=tty\nTTY=pts/0\nCLASS=user\n')
    expect(look().state).toBe('idle')
  })

  it('half a file, or no folder, is a missing signal', () => {
    session('2', local)
    const look = monitor({ kind: 'sessions' })
    look()
    session('2', 'ACTI')
    expect(look().state).toBe('missing')
    machine.remove('run/systemd')
    expect(look().state).toBe('missing')
  })
})

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
    groups = ['lent.slice']
    stat(0)
    cgroup(0)
  })
  afterEach(() => (groups = []))

  it("does not take a busy guest for a user, as the ancestor's load average did", () => {
    const look = monitor(load)
    expect(look().state).toBe('between')
    expect(work(look, { seconds: 60, cores: 0.05, guests: 3 })).toBe('idle')
  })

  it('is between its thresholds first, then active, and calm again later', () => {
    const look = monitor(load)
    look()
    expect(work(look, { seconds: 120, cores: 0.4, guests: 1 })).toBe('between')
    expect(work(look, { seconds: 120, cores: 1, guests: 0 })).toBe('active')
    expect(work(look, { seconds: 120, cores: 0, guests: 1 })).toBe('idle')
  })

  it('a guest that ended takes nothing off, and a count that makes no sense is missing', () => {
    const look = monitor(load)
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

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (port: string, state: string) =>
  `   0: 0100007F:${port} 0100007F:D2F0 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1\n`
it('an established connection to a port counts, a listening one and one to elsewhere do not', () => {
  const look = monitor({ kind: 'ports', ports: [{ from: 5900, to: 5910 }] })
  expect(look().state).toBe('missing')
  machine.write('proc/net/tcp', head + row('170C', '0A') + row('0016', '01'))
  expect(look().state).toBe('idle')
  machine.write('proc/net/tcp6', head + row('170C', '01'))
  expect(look()).toEqual({ state: 'active', detail: 'a connection to port 5900 is open' })
  machine.write('proc/net/tcp', `${head} garbage`)
  expect(look().state).toBe('missing')
})

describe('the tables of connections, which cost the kernel much', () => {
  const tcp = (active: number, passive: number) =>
    `Ip: Forwarding\nIp: 1\nTcp: RtoMin ActiveOpens PassiveOpens CurrEstab\nTcp: 200 ${active} ${passive} 9\n`
  const ports: MonitorKind = { kind: 'ports', ports: [{ from: 5900, to: 5910 }] }

  it('are read again only when a connection was opened, twice then: the count is ahead of them', () => {
    machine.write('proc/net/tcp', head + row('0016', '01'))
    machine.write('proc/net/snmp', tcp(10, 20))
    const look = monitor(ports)
    expect([look().state, look().state]).toEqual(['idle', 'idle'])
    machine.write('proc/net/tcp', 'garbage that nobody reads')
    expect(look().state).toBe('idle')
    machine.write('proc/net/snmp', tcp(10, 21))
    expect(look().state).toBe('missing')
    machine.write('proc/net/tcp', head + row('0016', '01'))
    expect(look().state).toBe('idle')
    // Counted, and only now in the table.
    machine.write('proc/net/tcp', head + row('170C', '01'))
    expect([look().state, look().state, look().state]).toEqual(['active', 'active', 'active'])
    machine.write('proc/net/tcp', head)
    expect(look().state).toBe('idle')
  })

  it.each([
    ['there is none', ''],
    ['it makes no sense', 'Tcp: ActiveOpens\nTcp: 1\n'],
    ['it holds no numbers', 'Tcp: ActiveOpens PassiveOpens\nTcp: a b\n'],
  ])('are read at every look when the count cannot be had: %s', (_, text) => {
    machine.write('proc/net/snmp', text)
    machine.write('proc/net/tcp', head)
    const look = monitor(ports)
    expect([look().state, look().state, look().state]).toEqual(['idle', 'idle', 'idle'])
    machine.write('proc/net/tcp', head + row('170C', '01'))
    expect(look().state).toBe('active')
  })
})

describe('what lending would harm', () => {
  it('a battery that discharges; one that vanished or does not tell is missing, a mouse is none', () => {
    const look = monitor({ kind: 'battery' })
    expect(look()).toEqual({ state: 'idle', detail: 'no battery here' })
    const supply = (name: string, words: Record<string, string>) => {
      for (const [key, value] of Object.entries(words))
        machine.write(`sys/class/power_supply/${name}/${key}`, `${value}\n`)
    }
    supply('hidpp_battery_0', { type: 'Battery', scope: 'Device', status: 'Discharging' })
    supply('AC', { type: 'Mains' })
    expect(look().state).toBe('idle')
    supply('BAT0', { type: 'Battery', status: 'Charging', capacity: '71' })
    expect(look().state).toBe('idle')
    supply('BAT0', { status: 'Discharging' })
    expect(look().state).toBe('active')
    supply('BAT0', { status: 'Unknown' })
    expect(look().state).toBe('missing')
    machine.remove('sys/class/power_supply/BAT0')
    expect(look().state).toBe('missing')
  })

  it('a closed lid', () => {
    const look = monitor({ kind: 'lid' })
    expect(look().state).toBe('idle')
    machine.write('proc/acpi/button/lid/LID0/state', 'state:      open\n')
    expect(look().state).toBe('idle')
    machine.write('proc/acpi/button/lid/LID0/state', 'state:      closed\n')
    expect(look().state).toBe('active')
    machine.write('proc/acpi/button/lid/LID0/state', '')
    expect(look().state).toBe('missing')
  })

  it('heat, with a band between its thresholds and sensors that are off', () => {
    const look = monitor({ kind: 'temperature', startBelowC: 60, suspendAboveC: 80 })
    const heat = (zone: string, text: string) => machine.write(`sys/class/thermal/${zone}/temp`, text)
    expect(look().state).toBe('idle')
    heat('thermal_zone0', '45000\n')
    heat('thermal_zone1', '-273200\n')
    expect(look()).toEqual({ state: 'idle', detail: 'thermal_zone0 has 45 °C' })
    heat('thermal_zone0', '70000\n')
    expect(look().state).toBe('between')
    heat('thermal_zone0', '81000\n')
    expect(look().state).toBe('active')
    heat('thermal_zone0', '')
    expect(look().state).toBe('missing')
  })
})

it('the shared memory of idle_detect has to be whole, fresh and changed to tell of somebody', () => {
  const path = join(machine.folder, 'shm')
  const look = monitor({ kind: 'idle-detect', path })
  const write = (updatedS: number, activeS: number) => {
    const bytes = Buffer.alloc(16)
    bytes.writeBigInt64LE(BigInt(updatedS), 0)
    bytes.writeBigInt64LE(BigInt(activeS), 8)
    writeFileSync(path, bytes)
  }
  expect(look().state).toBe('missing')
  const nowS = wallMs / 1000
  write(nowS, nowS - 400)
  expect(look().state).toBe('idle')
  write(nowS, nowS)
  expect(look().state).toBe('active')
  write(nowS - 11, nowS)
  expect(look().state).toBe('missing')
  writeFileSync(path, readFileSync(path).subarray(0, 12))
  expect(look().state).toBe('missing')
})

describe('hours for lending', () => {
  const hours = [lendingHours('mon-fri 18:00-08:00'), lendingHours('sat,sun 0:00-24:00')].flatMap((each) => each ?? [])
  const at = (day: number, clock: string) => {
    const [hour = 0, minute = 0] = clock.split(':').map(Number)
    return minutesLeft(hours, { day, minute: hour * 60 + minute })
  }

  it('counts what is left over midnight and through the weekend', () => {
    expect(at(1, '12:00')).toBe(0)
    expect(at(1, '18:00')).toBe(14 * 60)
    expect(at(2, '07:59')).toBe(1)
    expect(at(2, '08:00')).toBe(0)
    // Friday evening to the end of Sunday; Monday begins with no window until the evening.
    expect(at(5, '18:00')).toBe(6 * 60 + 2 * 1440)
    expect(at(1, '00:30')).toBe(0)
    expect(minutesLeft([{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440 }], { day: 3, minute: 9 })).toBe(
      7 * 1440,
    )
  })

  it('nothing begins in the last 29.5 minutes and all is over 9.5 minutes before the day', () => {
    const look = monitor({ kind: 'hours', hours, noStartMinutes: 29.5, endMinutes: 9.5 })
    const when = (clock: string) => {
      const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number)
      // A Tuesday, in the zone of the machine that runs the test.
      wallMs = new Date(2026, 2, 3, hour, minute, second).getTime()
      return look().state
    }
    expect([when('07:30'), when('07:30:31'), when('07:50'), when('07:50:31'), when('08:01'), when('18:00')]).toEqual([
      'idle',
      'between',
      'between',
      'active',
      'active',
      'idle',
    ])
    wallMs = Number.NaN
    expect(look().state).toBe('missing')
    wallMs = 1_790_000_000_000
  })

  it.each(['mon 8:00', 'nonsense', 'mon-fri 25:00-26:00', 'mo 8:00-9:00', 'mon 8:60-9:00', ''])(
    '"%s" is no time',
    (text) => {
      expect(lendingHours(text)).toBeUndefined()
    },
  )
})

it('a monitor that throws is a missing signal with the reason', () => {
  const rule = ruleOf(monitorOf({ kind: 'lid' }, { absentMs: 1, continueAfterMs: 1 }))
  const broken: Monitor = {
    rule,
    everyMs: 1000,
    close: () => {},
    read: () => {
      throw new TypeError('x is undefined')
    },
  }
  expect(askMonitor(broken, 5)).toMatchObject({
    monitor: 'lid',
    state: 'missing',
    detail: 'x is undefined',
    readAtMs: 5,
  })
})
