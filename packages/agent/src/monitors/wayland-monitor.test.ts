// What the helpers of sessions tell, and whom the agent believes.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { monitorOf, ruleOf } from '../config/default-monitors.ts'
import { writeSessionWord } from '../session/session-word.ts'
import { RecordedMachine } from '../testing/recorded-machine.ts'
import { askMonitor } from './monitor.ts'
import { WaylandMonitor } from './wayland-monitor.ts'

const uid = process.getuid?.() ?? 0
let machine: RecordedMachine
let folder: string
let monitor: WaylandMonitor
let nowMs: number
let sequence: number
beforeEach(() => {
  machine = new RecordedMachine()
  folder = join(machine.folder, 'run/gleaner-agent/sessions')
  const rule = ruleOf(monitorOf({ kind: 'wayland', folder }, { absentMs: 900_000, continueAfterMs: 1 }))
  monitor = new WaylandMonitor(rule, { roots: machine.roots, everyMs: 500, folder })
  nowMs = 0
  sequence = 0
})
afterEach(() => machine.end())

const look = () => {
  nowMs += 1000
  const { state, detail } = askMonitor(monitor, nowMs)
  return { state, detail }
}
const session = (id: string, words = 'TYPE=wayland\nCLASS=user\nSTATE=active\n', of = uid) =>
  machine.write(`run/systemd/sessions/${id}`, `UID=${of}\nUSER=alice\n${words}`)
const tells = (id: string, isActive: boolean) =>
  writeSessionWord(join(folder, id), { sequence: ++sequence, isActive, by: 'ext_idle_notifier_v1' })
/** So that it was seen to write. */
const heard = (id: string) => {
  tells(id, false)
  look()
  tells(id, false)
}

it('opens its folder to everybody, each for the files that are one’s own', () => {
  expect(statSync(folder).mode & 0o7777).toBe(0o1777)
})

it('a machine without a Wayland session of a user has nobody at one', () => {
  session('1', 'TYPE=x11\nCLASS=user\nSTATE=active\n')
  session('c1', 'TYPE=wayland\nCLASS=greeter\nSTATE=active\n')
  session('4', 'TYPE=wayland\nCLASS=user\nSTATE=closing\n')
  expect(look()).toEqual({ state: 'idle', detail: 'no Wayland session here' })
})

it('a session without a helper is missing, and so is one whose helper was not seen to write yet', () => {
  session('3')
  expect(look()).toEqual({ state: 'missing', detail: 'session 3 of alice: no helper runs in it' })
  tells('3', false)
  expect(look()).toEqual({ state: 'missing', detail: 'session 3 of alice: its helper was not seen to write yet' })
  expect(look().state).toBe('missing')
  tells('3', false)
  expect(look()).toEqual({ state: 'idle', detail: 'nobody at any Wayland session' })
  tells('3', true)
  expect(look()).toEqual({ state: 'active', detail: 'alice is there (session 3)' })
})

it('a word that is not renewed is none after five seconds, whatever its time says', () => {
  session('3')
  heard('3')
  for (let nth = 0; nth < 6; nth++) expect(look().state).toBe('idle')
  expect(look()).toEqual({ state: 'missing', detail: 'session 3 of alice: its helper has not written for 6 s' })
  // Written anew with the number it had: a copy.
  writeSessionWord(join(folder, '3'), { sequence, isActive: false, by: 'x' })
  expect(look().state).toBe('missing')
  tells('3', false)
  expect(look().state).toBe('idle')
})

it('every session counts: one that is active before one that is missing, one that is missing before one that is idle', () => {
  session('3')
  session('5')
  heard('3')
  expect(look()).toMatchObject({ state: 'missing', detail: 'session 5 of alice: no helper runs in it' })
  tells('3', true)
  expect(look().state).toBe('active')
  heard('5')
  tells('3', false)
  expect(look().state).toBe('idle')
})

it('a session that ended is forgotten, and its number is nobody else’s', () => {
  session('3')
  heard('3')
  expect(look().state).toBe('idle')
  machine.remove('run/systemd/sessions/3')
  expect(look().state).toBe('idle')
  session('3')
  expect(look()).toMatchObject({ state: 'missing', detail: expect.stringContaining('not seen to write yet') as string })
})

it('only the user whose session it is can tell', () => {
  session('3')
  heard('3')
  const path = join(folder, '3')
  chmodSync(path, 0o666)
  expect(look()).toMatchObject({ state: 'missing', detail: expect.stringContaining('others may write') as string })
  session('3', undefined, uid + 1)
  tells('3', false)
  expect(look()).toMatchObject({ state: 'missing', detail: expect.stringContaining('whose session it is') as string })
})

it.runIf(uid === 0)('a file of root is not believed for a user, nor one of another user', () => {
  session('3', undefined, 1000)
  heard('3')
  expect(look().state).toBe('missing')
  for (const [owner, state] of [
    [1001, 'missing'],
    [1000, 'idle'],
  ] as const) {
    for (let nth = 0; nth < 2; nth++) {
      tells('3', false)
      chownSync(join(folder, '3'), owner, owner)
      look()
    }
    tells('3', false)
    chownSync(join(folder, '3'), owner, owner)
    expect(look().state).toBe(state)
  }
})

it.each<[string, (path: string) => void]>([
  [
    'a link to a file that would be right',
    (path) => {
      writeSessionWord(`${path}.real`, { sequence: 1, isActive: false, by: 'x' })
      symlinkSync(`${path}.real`, path)
    },
  ],
  ['a pipe, which nobody writes to', (path) => execFileSync('mkfifo', [path])],
  ['nothing', (path) => writeFileSync(path, '')],
  ['half a file', (path) => writeFileSync(path, 'SEQUENCE=1\nACTI')],
  ['a number that is none', (path) => writeFileSync(path, 'SEQUENCE=many\nACTIVE=0\nBY=x\n')],
  ['a state that is none', (path) => writeFileSync(path, 'SEQUENCE=1\nACTIVE=no\nBY=x\n')],
])('%s is a missing signal', (_, make) => {
  session('3')
  make(join(folder, '3'))
  expect(look().state).toBe('missing')
  expect(look().state).toBe('missing')
})

it('no list of sessions, or half a session, is a missing signal', () => {
  session('3', 'TYP')
  expect(look().state).toBe('missing')
  machine.remove('run/systemd')
  expect(look().state).toBe('missing')
})
