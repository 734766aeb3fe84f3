// The watch on its own: monitors and guests that do as they are told, clocks turned by hand. The state machine is the real one.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultLending, type MonitorRule } from '@gleaner/engine/opportunism'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Guest, GuestState } from '../guests/guest.ts'
import { GuestList } from '../guests/guest-list.ts'
import { type Monitor, seen } from '../monitors/monitor.ts'
import { DesktopWatch } from './desktop-watch.ts'
import { KeptState } from './kept-state.ts'

const second = 1000
const minute = 60 * second

function rule(monitor: string): MonitorRule {
  return {
    monitor,
    code: 'user-input',
    startAfterMs: 15 * minute,
    continueAfterMs: 5 * minute,
    suspendAfterMs: 0,
    staleAfterMs: 5 * second,
    presence: true,
  }
}

/** Says what it is told to say, and counts how often it is asked. */
class ToldMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  says: 'active' | 'idle' | 'missing' | Error = 'idle'
  asked = 0
  wake: () => void = () => {}

  constructor(name: string, everyMs = second) {
    this.rule = rule(name)
    this.everyMs = everyMs
  }

  listen(woken: () => void): void {
    this.wake = woken
  }

  read() {
    this.asked += 1
    if (this.says instanceof Error) throw this.says
    return seen(this.says, this.says)
  }

  close(): void {}
}

class ToldGuest implements Guest {
  readonly name = 'guest'
  now: GuestState = 'running'
  refuses = false
  tries = 0
  state(): GuestState {
    return this.now
  }
  async ask(): Promise<GuestState> {
    return this.now
  }
  async pause(): Promise<void> {
    this.tries += 1
    if (this.refuses) throw new Error('it does not listen')
    this.now = 'paused'
  }
  async resume(): Promise<void> {
    this.now = 'running'
  }
  close(): void {}
}

class OneGuest extends GuestList {
  readonly #guest: Guest
  constructor(guest: Guest) {
    super([], '')
    this.#guest = guest
  }
  override all(): readonly Guest[] {
    return [this.#guest]
  }
}

let folder: string
let nowMs: number
let guest: ToldGuest
let keys: ToldMonitor
let slow: ToldMonitor
let watch: DesktopWatch
let contractUntilMs: number
let warnings: number[]
const lines: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-watch-'))
  nowMs = 1000
  contractUntilMs = Number.POSITIVE_INFINITY
  warnings = []
  lines.length = 0
  guest = new ToldGuest()
  keys = new ToldMonitor('keys')
  slow = new ToldMonitor('slow', 3 * second)
  watch = new DesktopWatch({
    policy: { ...defaultLending, rules: [keys.rule, slow.rule] },
    monitors: [slow, keys],
    guests: new OneGuest(guest),
    kept: new KeptState(folder),
    clocks: () => ({ monoMs: nowMs, bootMs: nowMs, wallMs: nowMs }),
    say: (line) => lines.push(line),
    warn: (leftMs) => warnings.push(leftMs),
    changed: () => {},
    contractUntilMs: () => contractUntilMs,
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Looks every second, and lets what was begun end. */
async function pass(ms: number): Promise<void> {
  for (const endMs = nowMs + ms; nowMs < endMs; ) {
    nowMs += second
    watch.tick()
    await settled()
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

async function lent(): Promise<void> {
  watch.look()
  await settled()
  await pass(16 * minute)
  expect(watch.answer?.phase).toBe('lent')
  expect(guest.now).toBe('running')
}

describe('a monitor that wakes the watch', () => {
  it('has the guest stand still at once, and no other monitor is asked before', async () => {
    await lent()
    const { asked } = slow
    nowMs += 5
    keys.says = 'active'
    keys.wake()
    expect(watch.answer?.phase).toBe('reclaiming')
    expect(slow.asked).toBe(asked)
    await settled()
    expect(guest.now).toBe('paused')
    expect(watch.totals).toMatchObject({ interruptions: 1, slowestPauseMs: 0 })
  })

  it('for nothing changes nothing', async () => {
    await lent()
    const { memory } = watch
    nowMs += 5
    keys.wake()
    expect(watch.memory).toBe(memory)
  })

  it('and fails is a missing signal, and missing is in use', async () => {
    await lent()
    nowMs += 5
    keys.says = new Error('broken')
    keys.wake()
    expect(watch.answer?.verdict).toMatchObject({ code: 'signal-missing', sentence: 'keys: broken.' })
    await settled()
    expect(guest.now).toBe('paused')
  })
})

it('asks each monitor in its own time', async () => {
  watch.look()
  await pass(6 * second)
  expect(keys.asked).toBe(7)
  expect(slow.asked).toBe(3)
})

it('warns once per absence, shortly before', async () => {
  watch.look()
  await settled()
  guest.now = 'gone'
  await pass(14 * minute)
  expect(warnings).toEqual([])
  await pass(2 * minute)
  expect(warnings).toEqual([30 * second])
})

it('warns of the time that is left, and not of the whole grace period, where the owner lends it now', async () => {
  watch.look()
  await settled()
  guest.now = 'gone'
  watch.setWish({ kind: 'lend', untilMonoMs: Number.POSITIVE_INFINITY, untilWallMs: Number.POSITIVE_INFINITY })
  await pass(minute)
  expect(warnings).toEqual([10 * second])
})

it('a guest that refuses to stand still is tried again at every look, and the machine is not lent until it does', async () => {
  await lent()
  guest.refuses = true
  keys.says = 'active'
  await pass(3 * second)
  expect(guest.tries).toBeGreaterThanOrEqual(3)
  expect(watch.answer?.phase).toBe('reclaiming')
  expect(lines.filter((line) => line === 'guest: could not be paused: it does not listen')).toHaveLength(1)
  guest.refuses = false
  await pass(second)
  expect(guest.now).toBe('paused')
})

it('a contract that is over pauses like a user does, and one that is renewed lets it go on', async () => {
  await lent()
  contractUntilMs = nowMs + 1500
  await pass(second)
  expect(guest.now).toBe('running')
  await pass(second)
  expect(watch.answer?.verdict.code).toBe('lend-contract-over')
  expect(guest.now).toBe('paused')
  contractUntilMs = Number.POSITIVE_INFINITY
  await pass(10 * minute)
  expect(guest.now).toBe('running')
})

it('a wish that is over is forgotten; what was lent is counted in time', async () => {
  await lent()
  const { lentMs } = watch.totals
  await pass(minute)
  expect(watch.totals.lentMs - lentMs).toBe(minute)
  watch.setWish({ kind: 'not-now', untilMonoMs: nowMs + minute, untilWallMs: nowMs + minute })
  await settled()
  expect(guest.now).toBe('paused')
  await pass(2 * minute)
  expect(watch.wish).toBeUndefined()
  expect(new KeptState(folder).wish({ monoMs: nowMs, wallMs: nowMs })).toBeUndefined()
})

it('a wish counts also where it cannot be written down, and its end ends no agent', async () => {
  await lent()
  rmSync(folder, { recursive: true })
  watch.setWish({ kind: 'not-now', untilMonoMs: nowMs + minute, untilWallMs: nowMs + minute })
  await settled()
  expect(guest.now).toBe('paused')
  expect(lines.some((line) => line.startsWith('what the owner wishes could not be written down: ENOENT'))).toBe(true)
  await pass(2 * minute)
  expect(watch.wish).toBeUndefined()
  mkdirSync(folder)
})

it('the last word of an agent that ends holds every guest', async () => {
  await lent()
  await watch.hold()
  expect(guest.now).toBe('paused')
  expect(new KeptState(folder).paused).toEqual(new Set(['guest']))
})
