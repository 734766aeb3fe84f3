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
  ['lend: false\nmonitors: { keyboard: {} }\nreports: [ "/run/{instance}" ]\n', 'either monitors or lend: false'],
  ['reports: [ "/run/gleaner.sock" ]\n', 'one {instance}'],
  ['reports: [ "run/{instance}" ]\n', 'absolute path'],
  ['reports: [ "/run/{instance}/{instance}" ]\n', 'one {instance}'],
  ['reports: [ "/run/../{instance}" ]\n', 'absolute path'],
])('says what is wrong with %j', (text, what) => {
  expect(fault(text)).toContain(what)
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
