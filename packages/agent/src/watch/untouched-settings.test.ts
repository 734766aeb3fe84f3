// A desktop with an empty configuration file: what was left unseen by settings as they were shipped elsewhere (a second keyboard, one
// that is plugged in, ssh, remote desktops) has to be seen with the settings as they come here. Recorded files of a machine, the real
// monitors and state machine, a clock turned by hand.
import { judgeDesktop, type LendingMemory, newLendingMemory } from '@gleaner/engine/opportunism'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseAgentConfig } from '../config/read-agent-config.ts'
import { askMonitor, type Monitor } from '../monitors/monitor.ts'
import { policyOf } from '../run-agent.ts'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { makeMonitor } from './make-monitors.ts'

const second = 1000
const config = parseAgentConfig('absent: 1m\ncontinueAfter: 1m\n', 'agent.yaml')
const tcpHead = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const connectionTo = (port: string) =>
  `   0: 0A00000A:${port} 0B00000A:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n`

let machine: RecordedMachine
let monitors: readonly Monitor[]
let memory: LendingMemory
let monoMs: number
const clocks = () => ({ monoMs, bootMs: monoMs, wallMs: 1_790_000_000_000 + monoMs })

beforeEach(() => {
  machine = new RecordedMachine()
  machine.plug('event0', 'keyboard')
  machine.plug('event1', 'mouse')
  machine.terminal('tty1', 1_700_000_000)
  machine.write('proc/net/tcp', tcpHead)
  machine.write('proc/net/snmp', 'Tcp: ActiveOpens PassiveOpens\nTcp: 1 1\n')
  machine.write('proc/stat', 'cpu  1000 0 0 999999 55 0 0 0 0 0\n')
  monoMs = second
  monitors = config.monitors.map((each) =>
    makeMonitor(each, { roots: machine.roots, guestGroups: () => [], wallMs: () => clocks().wallMs }),
  )
  memory = newLendingMemory(clocks())
})
afterEach(() => {
  for (const monitor of monitors) monitor.close()
  machine.end()
})

/** One look at everything. */
function look() {
  monoMs += second
  const answer = judgeDesktop(policyOf(config, monitors), memory, {
    clocks: clocks(),
    readings: monitors.map((monitor) => askMonitor(monitor, monoMs)),
    guests: { running: 1, paused: 0 },
    wish: undefined,
    contractUntilMs: Number.POSITIVE_INFINITY,
  })
  memory = answer.memory
  return answer
}

function lent(): void {
  for (let nth = 0; nth < 90; nth++) look()
  expect(look()).toMatchObject({ phase: 'lent', mayRun: true })
}

describe('with the settings as they come', () => {
  it.each<[string, () => void, string]>([
    ['a key', () => machine.press('event0'), 'user-input'],
    ['a mouse', () => machine.press('event1'), 'user-input'],
    ['a keyboard that is plugged in', () => machine.plug('event9', 'keyboard'), 'user-input'],
    ['a login over ssh', () => machine.terminal('pts/3', 1_790_000_000), 'user-terminal'],
    [
      'a remote desktop that is a session of its own (RDP)',
      () =>
        void machine.write(
          'run/systemd/sessions/12',
          'UID=1000\nUSER=alice\nACTIVE=1\nSTATE=active\nREMOTE=1\nTYPE=x11\nCLASS=user\n',
        ),
      'user-session',
    ],
    [
      'a remote desktop that shares the screen and begins no session (VNC)',
      () => {
        machine.write('proc/net/snmp', 'Tcp: ActiveOpens PassiveOpens\nTcp: 1 2\n')
        machine.write('proc/net/tcp', tcpHead + connectionTo('170C'))
      },
      'connection-open',
    ],
  ])('%s takes the machine back at the next look', (_, act, code) => {
    lent()
    act()
    expect(look()).toMatchObject({ mayRun: false, phase: 'reclaiming', verdict: { code } })
  })

  it('a key of a USB keyboard is seen although the PS/2 port counts nothing, and the other way round', () => {
    lent()
    machine.press('event0')
    const byDevice = look()
    expect(byDevice.mayRun).toBe(false)
    expect(byDevice.monitors.find(({ monitor }) => monitor === 'ps2')?.state).toBe('idle')
  })

  it.each<[string, () => void]>([
    ['no folder of devices', () => machine.remove('dev/input')],
    ['no list of sessions', () => machine.remove('run/systemd')],
    ['no counts of interrupts', () => machine.remove('proc/interrupts')],
    ['no terminals', () => machine.remove('dev/pts')],
    [
      'no table of connections when one was opened',
      () => {
        machine.write('proc/net/snmp', 'Tcp: ActiveOpens PassiveOpens\nTcp: 2 2\n')
        machine.remove('proc/net/tcp')
      },
    ],
  ])('%s is in use, and every other monitor still looks', (_, break_) => {
    lent()
    break_()
    const answer = look()
    expect(answer).toMatchObject({ mayRun: false, verdict: { code: 'signal-missing' } })
    expect(answer.monitors.filter(({ state }) => state === 'missing').length).toBeGreaterThan(0)
    expect(answer.monitors.filter(({ state }) => state === 'idle').length).toBeGreaterThan(3)
    expect(answer.monitors).toHaveLength(config.monitors.length)
  })
})
