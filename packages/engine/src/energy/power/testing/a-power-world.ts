// A few hosts, run minute by minute: what the power plan wants is done at once, boots take their time, and a machine can be told
// to stay dark or to die. The gate is not in it: what the plan alone guarantees is looked at here.
import { type Host, type HostId, hostId, type Instance, type JournalEntry, type Verdict } from '@gleaner/model'
import { aHost, aHostEntry, anInstance, testCloud } from '@gleaner/testkit'
import { type FrozenHost, freeze } from './freeze.ts'
import { EmptySince } from '../empty-since.ts'
import { type HostPromise, noPromise } from '../host-promise.ts'
import { planPower } from '../plan-power.ts'
import type { PowerDemand } from '../power-demand.ts'
import { defaultPowerOptions, type PowerOptions } from '../power-options.ts'
import { foldPower, seePower } from '../power-records.ts'
import { freshPowerRecord, type HostPowerRecord } from '@gleaner/model'
import { indexSupports } from '../../../ledger/action-support.ts'

export const minuteMs = 60_000

export interface Machine {
  readonly name: string
  state: Host['state']
  instances: number
  /** Boots until then. */
  wakesAtMs?: number | undefined
  /** Woken, it stays dark. */
  isBroken?: boolean
  /** Told to sleep, it stays on. */
  isSleepless?: boolean
  leases: { startMs: number; endMs: number }[]
  properties?: Host['properties']
  idlePowerW?: number
  fullPowerW?: number
}

export interface Done {
  readonly minute: number
  readonly host: string
  readonly action: string
  readonly reason: Verdict
}

export class PowerWorld {
  nowMs = 0
  readonly machines: Machine[]
  readonly records = new Map<HostId, HostPowerRecord>()
  readonly done: Done[] = []
  readonly emptySince = new EmptySince()
  demands: PowerDemand[] = []
  maySleep = true
  options: PowerOptions
  bootMs = 3 * minuteMs
  /** Minutes after which an unanswered wake-up counts as failed. */
  wakeTimeoutMs = 10 * minuteMs
  refused: readonly { readonly hostId: HostId | undefined; readonly verdict: Verdict }[] = []
  #ids = 0
  readonly #waking = new Map<string, number>()

  constructor(machines: readonly Partial<Machine>[], options: Partial<PowerOptions> = {}) {
    this.machines = machines.map((machine, nth) => ({
      name: `h${nth}`,
      state: 'up',
      instances: 0,
      leases: [],
      ...machine,
    }))
    this.options = { ...defaultPowerOptions, ...options }
  }

  idOf(machine: Machine): HostId {
    return hostId(testCloud, machine.name)
  }

  recordOf(name: string): HostPowerRecord {
    const id = hostId(testCloud, name)
    return this.records.get(id) ?? freshPowerRecord(id)
  }

  promiseOf(machine: Machine): HostPromise {
    let promise = noPromise
    for (const { startMs, endMs } of machine.leases) {
      if (endMs <= this.nowMs) continue
      promise =
        startMs <= this.nowMs
          ? { ...promise, isActive: true }
          : { ...promise, nextStartMs: Math.min(promise.nextStartMs, startMs) }
    }
    return promise
  }

  plan() {
    const snapshot = freeze(
      this.machines.map((machine) => this.#frozen(machine)),
      this.nowMs,
    )
    this.emptySince.see(snapshot)
    for (const host of snapshot.hosts) {
      const record = this.records.get(host.id)
      if (record !== undefined) this.records.set(host.id, seePower(record, host, this))
    }
    const byName = new Map(this.machines.map((machine) => [machine.name, machine]))
    return planPower({
      snapshots: [snapshot].values(),
      supports: indexSupports([{ id: testCloud, actions: [], hostControl: {}, powerControl: {} }]),
      isPowered: () => true,
      recordOf: (id) => this.records.get(id),
      promiseOf: ({ name }) => this.promiseOf(byName.get(name) as Machine),
      isHeld: () => false,
      isWaking: (id) => [...this.#waking.keys()].some((name) => hostId(testCloud, name) === id),
      emptySinceMs: (id) => this.emptySince.sinceMs(id),
      efficiencyOf: (host) => 1 / (host.fullPowerW ?? 1),
      demands: this.demands,
      maySleep: this.maySleep,
      options: this.options,
      nowMs: this.nowMs,
    })
  }

  /** One minute: boots end, the plan is made and done. */
  minute(): void {
    this.nowMs += minuteMs
    for (const machine of this.machines) this.#boot(machine)
    const { candidates, refused } = this.plan()
    this.refused = refused
    for (const { action, hostId: id, reason } of candidates) {
      const machine = this.machines.find((one) => this.idOf(one) === id) as Machine
      if (this.#waking.has(machine.name)) continue
      this.done.push({ minute: this.nowMs / minuteMs, host: machine.name, action, reason })
      this.#carryOut(machine, action)
    }
  }

  minutes(count: number): void {
    for (let at = 0; at < count; at++) this.minute()
  }

  refusalOf(name: string): string | undefined {
    return this.refused.find(({ hostId: id }) => id === hostId(testCloud, name))?.verdict.code
  }

  steps(): readonly string[] {
    return this.done.map(({ host, action }) => `${host} ${action}`)
  }

  #carryOut(machine: Machine, action: string): void {
    switch (action) {
      case 'close':
        machine.state = 'disabled'
        return this.#journal(machine, { action: 'close' })
      case 'open':
        machine.state = 'up'
        return this.#journal(machine, { action: 'open' })
      case 'sleep':
        if (machine.isSleepless === true)
          return this.#journal(machine, { action: 'sleep', state: 'timed-out', outcome: 'the host is still on' })
        machine.state = 'asleep'
        return this.#journal(machine, { action: 'sleep' })
      case 'wake':
        machine.state = 'down'
        machine.wakesAtMs = machine.isBroken === true ? Number.POSITIVE_INFINITY : this.nowMs + this.bootMs
        this.#waking.set(machine.name, this.nowMs)
    }
  }

  #boot(machine: Machine): void {
    const sinceMs = this.#waking.get(machine.name)
    if (sinceMs === undefined) return
    const isAwake = machine.wakesAtMs !== undefined && machine.wakesAtMs <= this.nowMs
    if (!isAwake && this.nowMs - sinceMs < this.wakeTimeoutMs) return
    this.#waking.delete(machine.name)
    machine.wakesAtMs = undefined
    if (isAwake) machine.state = 'disabled'
    this.#journal(machine, {
      action: 'wake',
      intendedAtMs: sinceMs,
      ...(isAwake ? {} : { state: 'timed-out', outcome: 'the host is still down' }),
    })
  }

  #journal(machine: Machine, part: Partial<JournalEntry>): void {
    const id = this.idOf(machine)
    const entry = aHostEntry({
      id: `entry-${this.#ids++}`,
      capability: 'energy',
      hostId: id,
      state: 'done',
      intendedAtMs: this.nowMs,
      acceptedAtMs: part.intendedAtMs,
      finishedAtMs: this.nowMs,
      ...part,
    })
    this.records.set(id, foldPower(this.recordOf(machine.name), entry))
  }

  #frozen(machine: Machine): FrozenHost {
    const { name, state, instances, properties, idlePowerW, fullPowerW } = machine
    const host = aHost({
      name,
      state,
      ...(properties === undefined ? {} : { properties }),
      ...(idlePowerW === undefined ? {} : { idlePowerW }),
      ...(fullPowerW === undefined ? {} : { fullPowerW }),
    })
    return {
      host,
      instances: Array.from(
        { length: instances },
        (_, nth): Instance => anInstance({ name: `${name}-${nth}`, hostId: host.id }),
      ),
    }
  }
}
