// Whether the screen is locked, asked over a real bus. What answers there as logind is python3-dbusmock's, whose property is set as a
// screen locker would have it set. Without these programs the test is skipped; the rest is asked of a bus that says what the test wants.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { LockWatch } from './lock-watch.ts'

const needed = [
  '/usr/bin/dbus-daemon',
  '/usr/bin/dbus-send',
  '/usr/bin/python3',
  '/usr/lib/python3/dist-packages/dbusmock/templates/logind.py',
]
const missing = needed.filter((path) => !existsSync(path))
const isRequired = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
const patient = { timeout: 30_000, interval: 100 }

let machine: RecordedMachine
let watch: LockWatch
let ends: (() => void | Promise<void>)[]
beforeEach(() => {
  machine = new RecordedMachine()
  mkdirSync(join(machine.folder, 'run/dbus'))
  watch = new LockWatch(machine.roots.run)
  ends = [() => machine.end()]
})
afterEach(async () => {
  watch.close()
  for (const end of ends.toReversed()) await end()
})

const session = (id: string, words = 'SEAT=seat0\nREMOTE=0\nCLASS=user\nSTATE=active\n') =>
  machine.write(`run/systemd/sessions/${id}`, `UID=1000\nUSER=alice\n${words}`)
const bus = () => join(machine.folder, 'run/dbus/system_bus_socket')
async function isLocked(): Promise<boolean> {
  await watch.look()
  return watch.isLocked
}
/** Of a slow bus is not waited for long: an answer that came too late is asked for again. */
const locked = () => vi.waitFor(async () => expect(await isLocked()).toBe(true), patient)

describe('before a bus with logind', () => {
  const started = (child: ChildProcess) => {
    ends.push(
      () =>
        new Promise<void>((resolve) => {
          child.once('exit', () => resolve())
          child.kill()
        }),
    )
    return child
  }
  const send = (...words: readonly string[]) =>
    execFileSync(
      'dbus-send',
      [`--bus=unix:path=${bus()}`, '--print-reply', '--dest=org.freedesktop.login1', ...words],
      {
        stdio: 'pipe',
      },
    )
  /** As a screen locker does. */
  const locks = (id: string, locked: boolean) =>
    send(`/org/freedesktop/login1/session/${id}`, 'org.freedesktop.login1.Session.SetLockedHint', `boolean:${locked}`)
  const logsIn = (id: string) =>
    send(
      '/org/freedesktop/login1',
      'org.freedesktop.DBus.Mock.AddSession',
      `string:${id}`,
      'string:seat0',
      'uint32:1000',
      'string:alice',
      'boolean:true',
    )

  it.skipIf(missing.length > 0 && !isRequired)(
    'it is locked when every session of a user here is, and not longer than that can be asked',
    { timeout: 90_000 },
    async () => {
      expect(missing, 'programs to install').toEqual([])
      const config = machine.write(
        'bus.conf',
        `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=${bus()}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
      )
      const daemon = started(spawn('dbus-daemon', ['--nofork', `--config-file=${config}`], { stdio: 'ignore' }))
      await vi.waitFor(() => expect(existsSync(bus())).toBe(true), patient)
      const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${bus()}` }
      const words = ['-m', 'dbusmock', '--system', '--template', 'logind']
      started(spawn('/usr/bin/python3', words, { env, stdio: 'ignore' }))
      await vi.waitFor(() => logsIn('c1'), patient)
      logsIn('c2')

      session('c1')
      expect(await isLocked()).toBe(false)
      locks('c1', true)
      await locked()
      session('c2')
      expect(await isLocked()).toBe(false)
      locks('c2', true)
      await locked()
      // A session that the bus does not know.
      session('c3')
      expect(await isLocked()).toBe(false)
      machine.remove('run/systemd/sessions/c3')
      await locked()
      locks('c1', false)
      expect(await isLocked()).toBe(false)
      locks('c1', true)
      await locked()
      daemon.kill('SIGSTOP')
      expect(await isLocked()).toBe(false)
      daemon.kill('SIGCONT')
      await locked()
    },
  )
})

describe('before anything else', () => {
  it.each<[string, () => void]>([
    ['nobody here', () => {}],
    ['a greeter', () => session('c1', 'SEAT=seat0\nREMOTE=0\nCLASS=greeter\nSTATE=active\n')],
    ['somebody from afar', () => session('4', 'REMOTE=1\nCLASS=user\nSTATE=active\n')],
    ['a bus that is not there', () => session('c1')],
    ['no list of sessions', () => machine.remove('run/systemd')],
  ])('%s is not locked', async (_, make) => {
    make()
    expect(await isLocked()).toBe(false)
  })

  it.each<[string, readonly Buffer[]]>([
    ['that lets nobody in', [Buffer.from('REJECTED EXTERNAL\r\n')]],
    ['that answers with nonsense', [Buffer.from('OK 1234\r\n'), Buffer.alloc(64, 0xff)]],
    ['that answers with less than was asked', [Buffer.from('OK 1234\r\n'), answer(), answer()]],
    ['that closes', [Buffer.from('OK 1234\r\n')]],
  ])('a bus %s is not locked', async (_, says) => {
    session('c1')
    const left = [...says]
    const server: Server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        // BEGIN has no answer, and comes with the first question or before it.
        if (chunk.toString('latin1') === 'BEGIN\r\n') return
        const next = left.shift()
        if (next === undefined) socket.destroy()
        else socket.write(next)
      })
    }).listen(bus())
    ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
    expect(await isLocked()).toBe(false)
    watch.close()
  })
})

/** A method return without fields and without a body. */
function answer(): Buffer {
  const head = Buffer.alloc(16)
  head.set([0x6c, 2, 0, 1])
  return head
}
