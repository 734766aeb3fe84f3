// The users of simulated desktops, and what the agent of each would say: who is there follows from the seed and the time alone, in slots
// of five minutes, so that it is the same however often anybody asks. Working hours, lunch, a late evening now and then.
import { formatDurationMs, type LendingPhase, type Verdict } from '@gleaner/model'
import type { DesktopAgents, DesktopSpeech } from '@gleaner/ports'
import { presenceAt } from '../load.ts'
import type { Machine } from '../machine.ts'
import { unit } from '../random.ts'
import type { World } from '../world.ts'
import type { Inside } from './inside.ts'

const minuteMs = 60_000
const slotMs = 5 * minuteMs
/** How long everything has to be calm before guests may come; the last part of it warns the user. */
const absentMs = 15 * minuteMs
const graceMs = minuteMs
/** Of one who was away or there for longer it does not matter for how much longer. */
const longestLook = 12 * 48
const eveningShare = 0.006

export function desktopAgents(inside: Inside): DesktopAgents {
  return {
    async hear(signal) {
      await inside.enter({ call: 'observe' }, signal)
      const world = inside.world()
      return world.machines.filter(({ view }) => view.kind === 'desktop').map((machine) => speechOf(world, machine))
    },
  }
}

/** Whether the user of a desktop is there in the slot. */
export function isThere(seed: number, slot: number): boolean {
  const presence = presenceAt(seed, slot * slotMs)
  const hour = ((slot * slotMs) / 3_600_000) % 24
  const likely = presence > 0 ? Math.min(presence, 0.96) : hour >= 6 && hour < 23.5 ? eveningShare : 0
  return unit(seed, slot, 0xde5) < likely
}

function speechOf(world: World, { view, seed, index }: Machine): DesktopSpeech {
  const guests = world.guests.filter(({ host }) => host === index)
  const running = guests.filter(({ state }) => state === 'running')
  const paused = guests.filter(({ state }) => state === 'paused').length
  const { nowMs } = world
  const { phase, sinceMs, verdict } = phaseOf(seed, nowMs, running.length > 0)
  const came = running.map(({ stateSinceMs }) => stateSinceMs)
  return {
    hostName: view.name,
    pool: 'desktops',
    phaseSinceMs: phase === 'lent' ? Math.min(nowMs, Math.max(sinceMs, Math.min(...came))) : sinceMs,
    word: { phase, verdict, guests: { running: running.length, paused }, slowestPauseMs: 0, version: 'simulated' },
  }
}

interface Phase {
  readonly phase: LendingPhase
  readonly sinceMs: number
  readonly verdict: Verdict
}

function phaseOf(seed: number, nowMs: number, hasGuests: boolean): Phase {
  const slot = Math.floor(nowMs / slotMs)
  const isActive = isThere(seed, slot)
  let first = slot
  while (first > slot - longestLook && isThere(seed, first - 1) === isActive) first--
  const fromMs = first * slotMs
  if (isActive)
    return {
      phase: hasGuests ? 'reclaiming' : 'in-use',
      sinceMs: fromMs,
      verdict: { code: 'user-input', sentence: 'keyboard: used on 1 device.', facts: { monitor: 'keyboard' } },
    }
  const calmMs = nowMs - fromMs
  if (calmMs < absentMs) {
    const isGrace = calmMs >= absentMs - graceMs
    const sentence = `Nobody for ${formatDurationMs(calmMs)}; ${formatDurationMs(absentMs)} are needed.`
    return {
      phase: isGrace ? 'grace' : 'quiet',
      sinceMs: isGrace ? fromMs + absentMs - graceMs : fromMs,
      verdict: { code: 'absent-time', sentence, facts: { calmS: Math.round(calmMs / 1000) } },
    }
  }
  return {
    phase: hasGuests ? 'lent' : 'lendable',
    sinceMs: fromMs + absentMs,
    verdict: hasGuests
      ? { code: 'lent', sentence: 'Nobody is there, and guests run.', facts: {} }
      : { code: 'lendable', sentence: 'Nobody is there: guests may come.', facts: {} },
  }
}
