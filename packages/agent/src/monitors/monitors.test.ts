// Connections, what lending would harm, the ancestor's shared memory, hours for lending; and a monitor that throws.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { monitorOf, ruleOf } from '../config/default-monitors.ts'
import type { MonitorKind } from '../config/agent-config.ts'
import { lendingHours } from '../config/lending-hours.ts'
import { begin, end, machine, monitor, wall } from '../testing/monitor-scene.ts'
import { askMonitor, type Monitor } from './monitor.ts'
import { minutesLeft } from './window-monitor.ts'

beforeEach(begin)
afterEach(end)

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
  const nowS = wall.nowMs / 1000
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
      wall.nowMs = new Date(2026, 2, 3, hour, minute, second).getTime()
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
    wall.nowMs = Number.NaN
    expect(look().state).toBe('missing')
    wall.nowMs = 1_790_000_000_000
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
