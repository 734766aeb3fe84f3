// The monitors that see people: devices, terminals, sessions; each on a machine's own files. What their ancestor read as "nobody is
// there", or died of, has to be missing or seen here.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { begin, end, machine, monitor } from '../testing/monitor-scene.ts'
import { recordedInterrupts } from '../testing/recorded-machine.ts'

beforeEach(begin)
afterEach(end)

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
