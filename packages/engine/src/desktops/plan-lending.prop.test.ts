// The order of steps over random histories: users come and go, beats are missing, calls fail, readings are late. Checked from the outside,
// on a host and guests of the test's own that know nothing of the plan.
import type { Host, Instance, InstanceState, JournalEntry, LendingPhase, Proposal, StepKind } from '@gleaner/model'
import { aHost, aHostEntry, aJournalEntry, anInstance, aSnapshot, testCloud, testStartMs } from '@gleaner/testkit'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { passGate } from '../gate/gate.ts'
import { openGateWorld } from '../gate/gate-world.ts'
import { decide } from '../plan/decide.ts'
import { freezeSnapshot } from '../snapshot/freeze-snapshot.ts'
import { factsOf } from '../testing/a-world.ts'
import { allSupports } from '../testing/all-supports.ts'
import { type DesktopPresence, presenceOf } from './desktop-presence.ts'
import { lendingPast } from './lending-past.ts'
import type { FreeingWay } from './lending-terms.ts'
import { planLending } from './plan-lending.ts'
import { aDesk, aDesktop, limits, terms } from './testing/a-desktop.ts'

const phases: readonly LendingPhase[] = ['in-use', 'quiet', 'grace', 'lendable', 'lent', 'reclaiming']

interface Step {
  readonly passMs: number
  /** Undefined: no beat arrives. */
  readonly beat: LendingPhase | undefined
  /** What the agent says right before the action, after the plan was made. */
  readonly word: LendingPhase | undefined
  readonly reads: boolean
  readonly fails: boolean
  readonly arrives: boolean
}

const mostly = <T>(usual: T, ...rare: readonly T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...rare) })

const steps: fc.Arbitrary<Step> = fc.record({
  passMs: fc.constantFrom(5000, 15_000, 30_000, 120_000, 700_000),
  beat: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...phases) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  word: mostly<LendingPhase | undefined>(undefined, 'in-use', 'lendable'),
  reads: mostly(true, false),
  fails: mostly(false, true),
  arrives: mostly(false, true),
})

const targets: Readonly<Partial<Record<StepKind, InstanceState>>> = {
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  resume: 'running',
  start: 'running',
}

/** Where those go that have to leave; it has room for all. */
const refuge = aHost({ name: 'kvm-1' })

class Scene {
  readonly #freeBy: FreeingWay
  nowMs = testStartMs
  host: Host = aDesk({ state: 'disabled' })
  guests: Instance[] = [0, 1].map((nth) => this.#guest(nth))
  journal: JournalEntry[] = []
  open: readonly Proposal[] = []
  phase: LendingPhase = 'in-use'
  lastBeatMs: number | undefined
  #reading = this.#read()
  #ids = 0
  done: string[] = []

  constructor(freeBy: FreeingWay = 'save') {
    this.#freeBy = freeBy
  }

  #guest(nth: number) {
    return anInstance({ name: `guest-${nth}`, hostId: this.host.id, firmness: 'preemptible' })
  }

  #read() {
    return aSnapshot({ hosts: [this.host, refuge], instances: this.guests, takenAtMs: this.nowMs, version: this.nowMs })
  }

  presence(): DesktopPresence {
    const heard = this.lastBeatMs === undefined ? { word: undefined } : {}
    const desktop = aDesktop(this.phase, { lastBeatMs: this.lastBeatMs, phaseSinceMs: this.nowMs, ...heard })
    return presenceOf(desktop, this.nowMs, limits)
  }

  hears(phase: LendingPhase | undefined) {
    if (phase === undefined) return
    this.phase = phase
    this.lastBeatMs = this.nowMs
  }

  cycle({ passMs, beat, word, reads, fails, arrives }: Step) {
    this.nowMs += passMs
    this.hears(beat)
    if (arrives && this.host.state === 'up') this.guests.push(this.#guest(this.guests.length))
    if (reads) {
      this.#reading = this.#read()
      // A step on a host is over when a reading that began afterwards shows it.
      this.journal = this.journal.map((entry) =>
        entry.finishedAtMs === undefined && entry.intendedAtMs < this.nowMs
          ? { ...entry, state: 'done', finishedAtMs: this.nowMs }
          : entry,
      )
    }
    const facts = () => ({
      ...factsOf(
        { reading: this.#reading, rules: [], nowMs: this.nowMs },
        { journal: this.journal, presenceOf: () => this.presence() },
      ),
    })
    const snapshot = freezeSnapshot(this.#reading, this.#reading)
    const answer = planLending({
      ...lendingPast(this.journal),
      snapshots: [snapshot],
      supports: allSupports(testCloud),
      presenceOf: () => this.presence(),
      findRefuge: () => refuge,
      terms: { ...terms, freeBy: this.#freeBy },
      nowMs: this.nowMs,
    })
    const decision = decide({
      ...facts(),
      answers: [answer],
      proposals: this.open,
      ledger: [],
      nextId: (kind) => `${kind}_${++this.#ids}`,
    })
    this.open = decision.plan.proposals
    this.hears(word)
    for (const due of decision.due) if (passGate(openGateWorld(facts()), due).passed) this.act(due, fails)
  }

  act(due: Proposal, fails: boolean) {
    const { action, instanceId, hostId, setting } = due
    if (instanceId === undefined) {
      // What is opened is lendable at this very moment, and none that Gleaner stopped is left behind but those that cannot go on.
      if (action === 'open') {
        expect(this.presence().lendable).toBe(true)
        const past = lendingPast(this.journal)
        for (const guest of this.guests) {
          const { stoppedBy, failed } = past.pastOf(guest, this.nowMs + 1)
          if (stoppedBy !== undefined && guest.hostId === this.host.id) expect(failed.size).toBeGreaterThan(0)
        }
      }
      if (action === 'close') expect(this.presence().lendable).toBe(false)
      if (!fails) this.host = { ...this.host, state: action === 'open' ? 'up' : 'disabled' }
    } else if (action === 'migrate') {
      const guest = this.guests.find(({ id }) => id === instanceId)
      // Whoever stands still by the cloud's doing, from a desktop that takes nobody, to the host that was found.
      expect([guest?.state, guest?.hostId, this.host.state, setting?.toHostId]).toEqual([
        'paused',
        this.host.id,
        'disabled',
        refuge.id,
      ])
      if (!fails)
        this.guests = this.guests.map((each) => (each.id === instanceId ? { ...each, hostId: refuge.id } : each))
    } else {
      const isAway = this.guests.some(({ id, hostId: on }) => id === instanceId && on === refuge.id)
      const target = targets[action]
      expect(['running', 'paused', 'suspended', 'stopped']).toContain(target)
      // Who has moved goes on whatever the user does, and nothing else is done to it.
      if (isAway) expect(action).toBe('resume')
      else if (target === 'running') expect(this.presence().lendable).toBe(true)
      // Closed before the first guest is touched: on the cloud itself, not only in the last reading.
      else expect(this.host.state).toBe('disabled')
      if (!fails)
        this.guests = this.guests.map((guest) =>
          guest.id === instanceId ? { ...guest, state: target ?? guest.state } : guest,
        )
    }
    this.done.push(action)
    const ended = {
      id: `act_${++this.#ids}`,
      proposalId: due.id,
      capability: 'opportunism',
      action,
      setting,
      hostId,
      intendedAtMs: this.nowMs,
      acceptedAtMs: this.nowMs,
      finishedAtMs: this.nowMs,
      state: fails ? 'failed' : 'done',
    } as const
    const isSeen = fails || instanceId !== undefined
    this.journal.push(
      instanceId === undefined
        ? aHostEntry(isSeen ? ended : { ...ended, state: 'accepted', finishedAtMs: undefined })
        : aJournalEntry({ ...ended, instanceId }),
    )
  }

  settle(phase: LendingPhase) {
    for (let nth = 0; nth < 8; nth++)
      this.cycle({ passMs: 5000, beat: phase, word: undefined, reads: true, fails: false, arrives: false })
  }
}

test.each<FreeingWay>(['save', 'migrate'])(
  'closed before the first guest is touched, reopened last, and never while somebody is there (%s)',
  (freeBy) => {
    let acted = 0
    let moved = 0
    fc.assert(
      fc.property(fc.array(steps, { minLength: 3, maxLength: 30 }), (history) => {
        const scene = new Scene(freeBy)
        for (const step of history) scene.cycle(step)
        // Whatever was before: who comes has the machine, and who leaves gives it again.
        scene.settle('in-use')
        expect(scene.host.state).toBe('disabled')
        expect(scene.guests.filter(({ state, hostId }) => state === 'running' && hostId === scene.host.id)).toEqual([])
        acted += scene.done.length
        moved += scene.done.filter((action) => action === 'migrate').length
      }),
      { numRuns: 150, seed: 20260304 },
    )
    expect(acted).toBeGreaterThan(500)
    if (freeBy === 'migrate') expect(moved).toBeGreaterThan(50)
    else expect(moved).toBe(0)
  },
)

test('a whole round with a move: paused, moved, going on elsewhere while the user stays, and the desktop open again without it', () => {
  const scene = new Scene('migrate')
  scene.guests = []
  scene.settle('lendable')
  scene.guests = [anInstance({ name: 'guest-0', hostId: scene.host.id, firmness: 'preemptible' })]
  scene.settle('in-use')
  scene.nowMs += 600_000
  scene.settle('in-use')
  expect(scene.guests).toMatchObject([{ state: 'running', hostId: refuge.id }])
  scene.settle('lendable')
  expect(scene.done).toEqual(['open', 'close', 'pause', 'migrate', 'resume', 'open'])
})

test('a whole round: open, closed, paused, saved, going on, open', () => {
  const scene = new Scene()
  scene.guests = []
  scene.settle('lendable')
  expect(scene.done).toEqual(['open'])
  scene.guests = [anInstance({ name: 'guest-0', hostId: scene.host.id, firmness: 'preemptible' })]
  scene.settle('lent')
  scene.settle('in-use')
  scene.nowMs += 600_000
  scene.settle('in-use')
  scene.settle('lendable')
  expect(scene.done).toEqual(['open', 'close', 'pause', 'suspend', 'resume', 'open'])
})
