// A user's session, its helper and the agent's monitor together, before real compositors: a touch is seen, silence is told after a second,
// and a compositor that hangs or dies leaves a signal that is missing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { monitorOf, ruleOf } from '../config/default-monitors.ts'
import { askMonitor } from '../monitors/monitor.ts'
import { WaylandMonitor } from '../monitors/wayland-monitor.ts'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { compositors, missingPrograms } from '../testing/wayland-compositor.ts'
import { compositorOf, runSessionHelper, sessionOf } from './session-helper.ts'

const isRequired = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
const patient = { timeout: 30_000, interval: 50 }
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0).toReversed()) end()
})

describe.each(compositors)('a session of $name', (kind) => {
  const missing = missingPrograms(kind)
  it.skipIf(missing.length > 0 && !isRequired)(
    `is told by ${kind.protocol}: nobody, somebody, and nothing any more when it hangs or dies`,
    { timeout: 120_000 },
    async () => {
      expect(missing, 'programs to install').toEqual([])
      const machine = new RecordedMachine()
      ends.push(() => machine.end())
      const compositor = kind.start()
      ends.push(() => compositor.end())
      machine.write(
        'run/systemd/sessions/3',
        `UID=${process.getuid?.()}\nUSER=alice\nACTIVE=1\nSTATE=active\nREMOTE=0\nTYPE=wayland\nCLASS=user\n`,
      )
      const folder = join(machine.folder, 'run/gleaner-agent/sessions')
      const rule = ruleOf(monitorOf({ kind: 'wayland', folder }, { absentMs: 900_000, continueAfterMs: 1 }))
      const monitor = new WaylandMonitor(rule, { roots: machine.roots, everyMs: 500, folder })
      const look = () => askMonitor(monitor, performance.now())
      const until = (state: string, detail = '') =>
        vi.waitFor(
          () => expect(look()).toMatchObject({ state, detail: expect.stringContaining(detail) as string }),
          patient,
        )
      expect(look()).toMatchObject({ state: 'missing', detail: 'session 3 of alice: no helper runs in it' })

      await vi.waitFor(() => expect(existsSync(compositor.socket)).toBe(true), patient)
      const lines: string[] = []
      const ended = new AbortController()
      ends.push(() => ended.abort())
      const file = join(folder, '3')
      const helper = runSessionHelper(
        { compositor: compositor.socket, file, say: (line) => lines.push(line) },
        ended.signal,
      )
      await until('idle', 'nobody at any Wayland session')
      expect(lines).toEqual([`asks ${compositor.socket} by ${kind.protocol}; tells it in ${file}`])
      await compositor.touch()
      await until('active', 'alice is there (session 3)')
      await until('idle')

      compositor.signal('SIGSTOP')
      await until('missing', 'its helper has not written for')
      compositor.signal('SIGCONT')
      await vi.waitFor(() => expect(look().state).not.toBe('missing'), patient)
      compositor.signal('SIGKILL')
      expect(await helper).toMatch(/closed|ECONNRESET|EPIPE/)
      expect(look()).toMatchObject({ state: 'missing', detail: 'session 3 of alice: no helper runs in it' })
    },
  )
})

it('a compositor that is not there ends the helper with the reason', async () => {
  const machine = new RecordedMachine()
  ends.push(() => machine.end())
  const parts = { compositor: join(machine.folder, 'none'), file: join(machine.folder, '3'), say: () => {} }
  expect(await runSessionHelper(parts, new AbortController().signal)).toContain('ENOENT')
})

it('the compositor and the session are those of the environment, or of the user', () => {
  expect(compositorOf({})).toBeUndefined()
  expect(compositorOf({ WAYLAND_DISPLAY: 'wayland-0' })).toBeUndefined()
  expect(compositorOf({ WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: '/run/user/1' })).toBe('/run/user/1/wayland-0')
  expect(compositorOf({ WAYLAND_DISPLAY: '/tmp/w' })).toBe('/tmp/w')
  const machine = new RecordedMachine()
  ends.push(() => machine.end())
  const at = { run: machine.roots.run, uid: 1000 }
  expect(sessionOf({ XDG_SESSION_ID: '7' }, at)).toBe('7')
  expect(sessionOf({}, at)).toBeUndefined()
  machine.write(
    'run/systemd/users/1000',
    '# This is private data. Do not parse.\nNAME=alice\nSTATE=active\nDISPLAY=c4\n',
  )
  expect(sessionOf({}, at)).toBe('c4')
})
