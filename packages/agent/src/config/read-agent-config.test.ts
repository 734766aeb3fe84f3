import { describe, expect, it } from 'vitest'
import { GleanerError } from '@gleaner/model/errors'
import { ruleOf } from './default-monitors.ts'
import { parseAgentConfig } from './read-agent-config.ts'

const read = (text: string) => parseAgentConfig(text, 'agent.yaml')
const fault = (text: string) => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof GleanerError && error.code === 'agent-config-invalid') return error.message
    throw error
  }
  return 'no fault'
}

it('an empty file watches what every desktop has, and lends nothing because no guest is named', () => {
  const config = read('')
  expect(config.monitors.map(({ name }) => name)).toEqual([
    'keyboard',
    'pointer',
    'ps2',
    'terminals',
    'sessions',
    'ports',
    'load',
    'battery',
    'lid',
  ])
  expect(config.guests).toEqual([])
  expect(config.monitors[0]).toMatchObject({
    absentMs: 900_000,
    continueAfterMs: 300_000,
    suspendAfterMs: 0,
    everyMs: 1000,
  })
})

it('a lock shortens the wait of whoever sits there, where that is set', () => {
  expect(read('').lending.lockedAfterMs).toBeUndefined()
  const config = read('lockedAbsent: 2m\nmonitors: { keyboard: {}, x11: {}, terminals: {}, sessions: {} }')
  expect(config.lending.lockedAfterMs).toBe(120_000)
  expect(config.monitors.map((each) => ruleOf(each).local)).toEqual([true, true, false, false])
})

it('takes the times of all, then those of one', () => {
  const config = read(`
absent: 20m
monitors:
  keyboard: { absent: 2m, every: 100ms }
  terminals:
  load: { startBelow: 0.2, suspendAbove: 1.5, suspendAfter: 30s }
  lid: false
guests:
  - qmp: /run/guests
  - { qmp: /run/more, group: more.slice }
  - { libvirt: "qemu:///system", names: ["^instance-"] }
  - cgroup: /lent.slice
`)
  expect(config.monitors.map(({ name, absentMs, continueAfterMs }) => [name, absentMs, continueAfterMs])).toEqual([
    ['keyboard', 120_000, 120_000],
    ['terminals', 1_200_000, 300_000],
    ['load', 60_000, 60_000],
  ])
  expect(config.monitors[2]).toMatchObject({ startBelowCores: 0.2, suspendAboveCores: 1.5, suspendAfterMs: 30_000 })
  expect(config.guests).toEqual([
    { kind: 'qmp', path: '/run/guests', group: undefined },
    { kind: 'qmp', path: '/run/more', group: 'more.slice' },
    { kind: 'libvirt', uri: 'qemu:///system', names: [/^instance-/] },
    { kind: 'cgroup', group: 'lent.slice' },
  ])
})

it('a host that lends nothing watches nothing and hears its guests', () => {
  const config = read('lend: false\nreports: [ "/run/gleaner/{instance}.sock" ]\n')
  expect(config.monitors).toEqual([])
  expect(config.reports).toMatchObject([{ folder: '/run/gleaner', before: '', after: '.sock', below: '' }])
  expect(read('reports: [ "/run/{instance}/report" ]').monitors).not.toEqual([])
})

it.each([
  ['lend: false\n', 'leaves nothing to do'],
  [
    'monitors: { keyboard: {} }\nstateDirectory: /proc/x\n',
    'agent.yaml:2: stateDirectory: nothing can be kept below /proc',
  ],
  [
    'monitors: { keyboard: {} }\nsocket: /var/../proc/1/socket\n',
    'agent.yaml:2: socket: nothing can be kept below /proc',
  ],
  ['lend: false\nmonitors: { keyboard: {} }\nreports: [ "/run/{instance}" ]\n', 'either monitors or lend: false'],
  ['reports: [ "/run/gleaner.sock" ]\n', 'one {instance}'],
  ['reports: [ "run/{instance}" ]\n', 'absolute path'],
  ['reports: [ "/run/{instance}/{instance}" ]\n', 'one {instance}'],
  ['reports: [ "/run/../{instance}" ]\n', 'absolute path'],
])('says what is wrong with %j', (text, what) => {
  expect(fault(text)).toContain(what)
})

describe('what contradicts itself is refused by name', () => {
  it.each([
    [
      'absent: 5m\ngrace: 20m',
      'agent.yaml:2: grace: (20m) may not be longer than the longest absent time of a monitor (5m)',
    ],
    ['absent: 5m\ncontinueAfter: 6m', 'agent.yaml:2: continueAfter: (6m) may not be longer than absent (5m)'],
    [
      'lockedAbsent: 20m',
      'agent.yaml:1: lockedAbsent: (20m) may not be longer than the longest absent time of who sits there (15m)',
    ],
    [
      'wishAfter: 16m',
      'agent.yaml:1: wishAfter: (16m) may not be longer than the longest absent time of who is there (15m)',
    ],
    ['absent: 25h', 'agent.yaml:1: absent: may not be longer than a day'],
    ['absent: -5m', 'agent.yaml:1: absent: has to be a duration'],
    ['monitors:\n  lid: { absent: 25h }', 'agent.yaml:2: absent: may not be longer than a day'],
    ['monitors:\n  load: { suspendAfter: 2d }', 'agent.yaml:2: suspendAfter: may not be longer than a day'],
    [
      'monitors:\n  load: { continueAfter: 2m }',
      'agent.yaml:2: continueAfter: (2m) may not be longer than absent (1m)',
    ],
    ['monitors:\n  keyboard: { absent: 0s }', 'agent.yaml:2: keyboard: absent may not be shorter than every'],
    ['monitors:\n  keyboard: { suspendAfter: 10s }', 'agent.yaml:2: suspendAfter: has to be 0s for keyboard'],
    ['backOff: { first: 2h, most: 1h }', 'backOff: most (1h) may not be shorter than first (2h)'],
    ['backOff: { window: 30m, most: 1h }', 'backOff: most (1h) may not be longer than window (30m)'],
    ['backOff: { window: 30m, first: 1h }', 'backOff: first (1h) may not be longer than window (30m)'],
    [
      'monitors:\n  hours: { lend: ["mon 18:00-20:00"], noStartBefore: 5m, endBefore: 10m }',
      'agent.yaml:2: noStartBefore: (5m) may not be shorter than endBefore (10m)',
    ],
    ['monitors:\n  hours: { lend: ["mon 18:00-18:20"] }', 'nothing would ever begin: the longest time of lend is 20m'],
    [
      'lend: false\nreports: [ "/run/{instance}" ]\nguests: [ { qmp: /a } ]',
      'agent.yaml:3: either guests or lend: false',
    ],
    ['lend: false\nrapl: true\ngrace: 1m', 'agent.yaml:3: either grace or lend: false'],
    ['powernap: /etc/powernap/config\nabsent: 5m', 'agent.yaml:2: either absent or powernap'],
  ])('%s', (text, message) => {
    expect(fault(text)).toContain(message)
  })

  it('what is not set gives way to what is', () => {
    const short = read('absent: 5s\nmonitors: { keyboard: {} }').lending
    expect([short.graceMs, short.wishAfterMs]).toEqual([5000, 5000])
    // Of load it is a minute, whatever the absent time of all.
    expect(read('absent: 5s').lending.graceMs).toBe(30_000)
    expect(read('backOff: { first: 3h }').lending.backOff).toMatchObject({
      firstMs: 10_800_000,
      mostMs: 10_800_000,
      windowMs: 10_800_000,
    })
    expect(read('backOff: { window: 30s }').lending.backOff).toMatchObject({ firstMs: 30_000, mostMs: 30_000 })
    expect(read('backOff: { most: 10s }').lending.backOff).toMatchObject({ firstMs: 10_000, mostMs: 10_000 })
    const hours = (own: string) => read(`monitors: { hours: { lend: ["mon 00:00-24:00"], ${own} } }`).monitors[0]
    expect(hours('endBefore: 45m')).toMatchObject({ noStartMinutes: 45, endMinutes: 45 })
    expect(hours('noStartBefore: 5m')).toMatchObject({ noStartMinutes: 5, endMinutes: 5 })
  })
})

describe('faults name the line and what would be right', () => {
  it.each([
    ['absent: soon', 'agent.yaml:1: absent: has to be a duration such as 90s, 15m or 1h30m'],
    ['name: a\nmonitor: {}', 'agent.yaml:2: "monitor" is no key here'],
    ['monitors:\n  keybord: {}', 'agent.yaml:2: "keybord" is no monitor; there are keyboard, pointer'],
    ['monitors:\n  keyboard: { abset: 5m }', 'agent.yaml:2: "abset" is no key here; there are absent, every'],
    ['monitors: {}', 'agent.yaml:1: no monitor is set up'],
    ['monitors:\n  keyboard: false', 'no monitor is set up'],
    ['monitors: [keyboard]', 'agent.yaml:1: monitors: a monitor is a key with its settings'],
    ['monitors:\n  keyboard: { every: 1ms }', 'agent.yaml:2: every: has to lie between 50ms and 60s'],
    ['monitors:\n  load: { startBelow: 2, suspendAbove: 1 }', 'suspendAbove may not be less than startBelow'],
    ['monitors:\n  temperature: { startBelow: 90 }', 'suspendAbove may not be less than startBelow'],
    ['monitors:\n  hours: { lend: [always] }', 'agent.yaml:2: "always" is no time such as'],
    ['monitors:\n  ports: { ports: [99999] }', '"99999" is no port'],
    ['monitors:\n  processes: { names: ["("] }', '"(" is no regular expression'],
    ['monitors:\n  processes: {}', 'processes: give names or commands'],
    ['guests:\n  - { qmp: /a, cgroup: b }', 'agent.yaml:2: a guest is one of'],
    ['guests:\n  - { libvirt: "qemu:///system" }', 'agent.yaml:2: names: tell which guests of libvirt are lent'],
    ['guests:\n  - { libvirt: "qemu:///system", names: ["("] }', '"(" is no regular expression'],
    ['guests:\n  - { libvirt: "qemu+ssh://a/system", names: [a] }', 'is not of this machine'],
    ['guests:\n  - { libvirt: nonsense, names: [a] }', 'is not a libvirt URI'],
    ['guests:\n  - { cgroup: a, names: [a] }', 'names: goes with libvirt only'],
    ['guests:\n  - { cgroup: a, group: b }', 'group: goes with qmp only'],
    ['guests:\n  - { qmp: /a, group: ../b }', 'may not lead out of /sys/fs/cgroup'],
    ['guests:\n  - { cgroup: ../../etc }', 'may not lead out of /sys/fs/cgroup'],
    ['- a', 'agent.yaml:1: the file has to hold keys and values'],
    ['a: [', 'agent.yaml:1: '],
    ['name: a\nname: b', 'agent.yaml:2: '],
  ])('%s', (text, message) => {
    expect(fault(text)).toContain(message)
  })
})
