// The configuration files that Fogbow and Ubuntu ship, and what must never happen with one.
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPowerNap } from './powernap.ts'

const shipped = `# powernap configuration
[fogbow-powernap]
INTERVAL_SECONDS = 30
ABSENT_SECONDS = 1200
GRACE_SECONDS = 0
DEBUG = 1
ACTION_METHOD = 4
ACTION = "/usr/bin/start-node"
RECOVER_ACTION = '/usr/bin/stop-node'
warn = n

[ProcessMonitor]
init = "^\\[?init\\]?"
broken = "(?P<x"

[LoadMonitor]
threshold = n

[InputMonitor]
keyboard = y
mouse = y

[PS2Monitor]
i8042 = y

[ConsoleMonitor]
ptmx = y

[TCPMonitor]
ssh = 22
vnc = "5900-5910"

[UDPMonitor]
waiter = 1025
[WoLMonitor]
wol7 = 7
[DiskMonitor]
sda = /dev/sda
[Nonsense]
x = 1
`

it('keeps the times and watches what it named', () => {
  const { monitors, lending } = readPowerNap(shipped, 'config')
  expect(lending.graceMs).toBe(0)
  expect(new Set(monitors.map(({ absentMs }) => absentMs))).toEqual(new Set([1_200_000]))
  expect(monitors.map(({ name }) => name)).toEqual([
    'processes init',
    'processes broken',
    'load',
    'keyboard',
    'pointer',
    'ps2',
    'terminals',
    'ports ssh',
    'ports vnc',
  ])
  const [init] = monitors
  expect(init?.kind === 'processes' && init.patterns[0]?.test('[init]')).toBe(true)
})

it('an expression that is none here keeps the machine, instead of watching nothing', () => {
  const broken = readPowerNap(shipped, 'config').monitors.find(({ name }) => name === 'processes broken')
  expect(broken?.kind === 'processes' && broken.patterns[0]?.test('anything at all')).toBe(true)
})

it('tells of every key without a meaning, with its line', () => {
  const notes = readPowerNap(shipped, 'config').notes.map(({ line, key }) => `${line} ${key}`)
  for (const expected of [
    '3 [fogbow-powernap] interval_seconds',
    '6 [fogbow-powernap] debug',
    '7 [fogbow-powernap] action_method',
    '8 [fogbow-powernap] action',
    '9 [fogbow-powernap] recover_action',
    '10 [fogbow-powernap] warn',
    '14 [ProcessMonitor] broken',
    '34 [UDPMonitor] waiter',
    '36 [WoLMonitor] wol7',
    '38 [DiskMonitor] sda',
    '40 [Nonsense] x',
  ])
    expect(notes).toContain(expected)
})

it('without an absent time PowerNap never acts; here fifteen minutes, and without a monitor nothing is watched', () => {
  expect(readPowerNap('[powernap]\n[InputMonitor]\nkeyboard = y\n', 'f').monitors[0]?.absentMs).toBe(900_000)
  expect(readPowerNap('', 'f').monitors).toEqual([])
})

it.each([
  ['a call', '[powernap]\nACTION = __import__("os").system("touch {file}")', 'f:2: the value is neither'],
  ['a formula', '[powernap]\nABSENT_SECONDS = 60*20', 'f:2: the value is neither'],
  ['a quote within a quote', "[powernap]\nACTION = 'a' + 'b'", 'f:2: the value is neither'],
  ['a word for a number', '[powernap]\nABSENT_SECONDS = never', 'f:2: absent_seconds has to be a number of seconds'],
  ['a negative number', '[powernap]\nABSENT_SECONDS = -5', 'f:2: absent_seconds has to be'],
  [
    'no wait at all',
    '[powernap]\nABSENT_SECONDS = 0',
    'f:2: absent_seconds has to be a number of seconds, from 1 to 86400',
  ],
  [
    'a wait above a day',
    '[powernap]\nABSENT_SECONDS = 90000',
    'f:2: absent_seconds has to be a number of seconds, from 1',
  ],
  ['a key before any section', 'ABSENT_SECONDS = 5', 'f:1: neither a section'],
  ['a line that is nothing', '[powernap]\nhello', 'f:2: neither a section'],
])('%s is a fault and is not run', (_, text, message) => {
  const file = join(tmpdir(), `gleaner-never-${process.pid}`)
  expect(() => readPowerNap(text.replace('{file}', file), 'f')).toThrow(message)
  expect(existsSync(file)).toBe(false)
})
