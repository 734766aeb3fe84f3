// A desktop whose agent was heard a second ago, and a plan for it, for tests that spoil one thing.
import { type Desktop, type Host, type Instance, type JournalEntry, type LendingPhase } from '@gleaner/model'
import { aHost, anInstance, aSnapshot, aVerdict, testCloud, testStartMs } from '@gleaner/testkit'
import { freezeSnapshot } from '../../snapshot/freeze-snapshot.ts'
import { allSupports } from '../../testing/all-supports.ts'
import { type PresenceLimits, presenceOf } from '../desktop-presence.ts'
import { lendingPast } from '../lending-past.ts'
import type { LendingTerms } from '../lending-terms.ts'
import { matchDesktops } from '../match-desktops.ts'
import { type LendingInput, planLending } from '../plan-lending.ts'

export const limits: PresenceLimits = { lostAfterMs: 45_000, goneAfterMs: 600_000, contractMs: 60_000 }

export const terms: LendingTerms = {
  pauseAfterMs: 0,
  freeAfterMs: 600_000,
  freeBy: 'save',
  freeByOfProject: {},
  freeByOfFlavor: {},
}

export const aDesk = (overrides: Partial<Host> = {}) => aHost({ name: 'desk-1', kind: 'desktop', ...overrides })

export function aDesktop(phase: LendingPhase, overrides: Partial<Desktop> = {}): Desktop {
  return {
    id: 'dsk_1',
    hostName: 'desk-1',
    cloudId: testCloud,
    pool: 'desktops',
    lends: true,
    joinedAtMs: 0,
    keyUntilMs: 1e13,
    revokedAtMs: undefined,
    revokedBy: undefined,
    sequence: 1,
    lastBeatMs: testStartMs - 1000,
    word: {
      phase,
      verdict: aVerdict({ code: phase === 'in-use' ? 'user-input' : 'lendable', sentence: 'keyboard: typed.' }),
      guests: { running: 0, paused: 0 },
      slowestPauseMs: 0,
      version: '1',
    },
    phaseSinceMs: testStartMs - 2000,
    lentMs: 0,
    interruptions: 0,
    lostChanges: 0,
    changesTaken: 0,
    ...overrides,
  }
}

export interface Scene {
  readonly host?: Partial<Host>
  readonly guests?: readonly Partial<Instance>[]
  readonly desktop: Desktop | undefined
  readonly journal?: readonly JournalEntry[]
  readonly terms?: Partial<LendingTerms>
  readonly nowMs?: number
  readonly supports?: LendingInput['supports']
  readonly findRefuge?: LendingInput['findRefuge']
}

export function planScene({ host, guests = [], desktop, journal = [], nowMs = testStartMs, ...more }: Scene) {
  const desk = aDesk(host)
  const instances = guests.map((guest, nth) =>
    anInstance({ name: `guest-${nth}`, hostId: desk.id, firmness: 'preemptible', ...guest }),
  )
  const reading = aSnapshot({ hosts: [desk, aHost()], instances, takenAtMs: nowMs - 100 })
  const known = matchDesktops(desktop === undefined ? [] : [desktop], reading.hosts)
  return planLending({
    ...lendingPast(journal),
    snapshots: [freezeSnapshot(reading, reading)],
    supports: more.supports ?? allSupports(testCloud),
    presenceOf: ({ id }) => presenceOf(known.get(id), nowMs, limits),
    findRefuge: more.findRefuge ?? (() => undefined),
    terms: { ...terms, ...more.terms },
    nowMs,
  })
}
