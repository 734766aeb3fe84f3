// Usage at a moment, past or present: the demand of every guest that ran then, cut down where its host had not enough
// cores (all guests of a host to the same share, as a fair scheduler does), and per host the sum of its guests plus its
// own overhead. Guests that stand still give no row; their memory counts on the host until it is given back.
import type { Interval, SampleBatch } from '@gleaner/model'
import { metrics } from '@gleaner/model'
import type { Guest, Phase } from './guest.ts'
import { demandAt, presenceAt, sinceWorkMs } from './load.ts'
import type { Machine } from './machine.ts'
import { overheadCores, overheadMemoryMiB } from './machine.ts'
import { noise } from './random.ts'
import type { World } from './world.ts'

const width = metrics.length
const [cpu, memory, networkRx, networkTx, disk, users, idle] = metrics.map((_, index) => index) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

interface Scope {
  /** Those who may have run at that moment, by serial number: sums then come out the same to the last bit. */
  readonly guests: readonly Guest[]
  /** Indices of hosts that cannot be read, with what is on them. */
  readonly hidden?: ReadonlySet<number>
}

const none: ReadonlySet<number> = new Set()

export function sampleAt(world: World, atMs: number, { guests, hidden = none }: Scope): SampleBatch {
  const { machines } = world
  // Room for all; what was not needed is cut off at the end. A hundred thousand guests want no object each here.
  const room = guests.length + machines.length
  const subjects: string[] = []
  const values = new Float64Array(room * width)
  const hosts = new Int32Array(room)
  const sums = new Float64Array(machines.length * width)
  let row = 0
  for (const guest of guests) {
    const phase = guest.phaseAt(atMs)
    if (phase === undefined || hidden.has(phase.host)) continue
    if (!phase.running) {
      addHeld(guest, phase, sums)
      continue
    }
    subjects.push(guest.spec.id)
    hosts[row] = phase.host
    fillGuest(guest, phase, { atMs, values, at: row * width, sums })
    row++
  }
  const given = machines.map((machine) => {
    const wanted = sums[machine.index * width + cpu] as number
    const available = machine.view.cores - overheadCores(machine)
    return wanted > available ? available / wanted : 1
  })
  for (let at = 0; at < row; at++) {
    const share = given[hosts[at] as number] as number
    if (share < 1) values[at * width + cpu] = (values[at * width + cpu] as number) * share
  }
  for (const machine of machines) {
    if (hidden.has(machine.index)) continue
    subjects.push(machine.view.id)
    fillHost(machine, given[machine.index] as number, { atMs, values, at: row * width, sums })
    row++
  }
  return { subjects, atMs: new Float64Array(row).fill(atMs), values: values.subarray(0, row * width) }
}

interface Target {
  readonly atMs: number
  readonly values: Float64Array
  readonly at: number
  readonly sums: Float64Array
}

function fillGuest(guest: Guest, phase: Phase, { atMs, values, at, sums }: Target): void {
  const { spec } = guest
  const demand = demandAt(spec.load, phase, atMs)
  values[at + cpu] = demand.cpuShare * spec.vcpus
  values[at + memory] = Math.min(phase.limitMiB, demand.memoryShare * spec.memoryMiB)
  values[at + networkRx] = demand.networkRx
  values[at + networkTx] = demand.networkTx
  values[at + disk] = demand.disk
  values[at + users] = spec.reports === 'nothing' ? Number.NaN : demand.users
  values[at + idle] = spec.reports === 'all' ? demand.idleS : Number.NaN
  const base = phase.host * width
  for (let column = cpu; column <= disk; column++)
    sums[base + column] = (sums[base + column] as number) + (values[at + column] as number)
}

/** Memory that stands still is what it was when it was stopped. */
function addHeld(guest: Guest, phase: Phase, sums: Float64Array): void {
  const { memoryShare } = demandAt(guest.spec.load, phase, phase.fromMs)
  const at = phase.host * width + memory
  sums[at] = (sums[at] as number) + Math.min(phase.limitMiB, memoryShare * guest.spec.memoryMiB)
}

function fillHost(machine: Machine, given: number, { atMs, values, at, sums }: Target): void {
  const base = machine.index * width
  for (let column = cpu; column <= disk; column++) values[at + column] = sums[base + column] as number
  values[at + cpu] = (sums[base + cpu] as number) * given + overheadCores(machine)
  values[at + memory] = (sums[base + memory] as number) + overheadMemoryMiB(machine)
  values[at + users] = Number.NaN
  values[at + idle] = Number.NaN
  if (machine.view.kind === 'desktop') addPerson(machine, { atMs, values, at, sums })
}

/** The person in front of a desktop. */
function addPerson(machine: Machine, { atMs, values, at }: Target): void {
  const presence = presenceAt(machine.seed, atMs)
  const jitter = noise(machine.seed, atMs, 180_000)
  const room = machine.view.cores - (values[at + cpu] as number)
  values[at + cpu] = (values[at + cpu] as number) + room * presence * 0.35 * jitter
  values[at + memory] = (values[at + memory] as number) + machine.view.memoryMiB * (0.1 + 0.3 * presence)
  values[at + networkRx] = (values[at + networkRx] as number) + 2_000 + presence * 400_000 * jitter
  values[at + networkTx] = (values[at + networkTx] as number) + 1_000 + presence * 60_000 * jitter
  values[at + disk] = (values[at + disk] as number) + 3_000 + presence * 900_000 * jitter
  values[at + users] = presence > 0 ? 1 : 0
  values[at + idle] = presence > 0 ? 120 * jitter : sinceWorkMs(machine.seed, atMs) / 1000
}

/** One batch for each step of the interval that is not in the future. */
export function* historyOf(world: World, { startMs, endMs }: Interval, stepMs: number): Generator<SampleBatch> {
  if (!(stepMs > 0)) throw new RangeError(`stepMs = ${stepMs}`)
  for (let atMs = startMs; atMs < endMs && atMs <= world.nowMs; atMs += stepMs) {
    yield sampleAt(world, atMs, { guests: world.everyone() })
  }
}
