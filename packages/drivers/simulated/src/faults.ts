// Faults the simulated cloud can be told to have. Each is matched against the call, the action and the instance; a fault
// with `share` strikes by chance (seeded), one with `times` only so often. The first that matches wins.
import type { ActionKind, InstanceId, InstanceState } from '@gleaner/model'
import { hash32, unit } from './random.ts'

const commonCalls = ['check', 'observe', 'sample', 'act', 'look'] as const
/** One name per facet of the port, but for what only reads. */
const facetCalls = [
  'create',
  'place',
  'unplaced',
  'migrate',
  'host',
  'power',
  'ratio',
  'claim',
  'claims',
  'label',
  'memory',
] as const
export type CloudCall = (typeof commonCalls)[number] | (typeof facetCalls)[number]

type FaultWhat =
  /** The call is refused with the fault of that name. */
  | { readonly kind: 'unavailable' | 'broken' | 'refuse' | 'no-room' | 'conflict' }
  /** The call ends only when it is aborted, or when the fault is taken away. */
  | { readonly kind: 'hang' }
  /** The call takes this much of the cloud's time. */
  | { readonly kind: 'lag'; readonly lagMs: number }
  /** These hosts (by name), or this share of them, cannot be read. */
  | { readonly kind: 'partial'; readonly hosts?: readonly string[]; readonly hostShare?: number }
  /** Accepted, begun, and back to the state before (or in state error), with a fault to look at. */
  | { readonly kind: 'fail'; readonly into?: 'before' | 'error' }
  /** Accepted, begun, and silently back to the state before. */
  | { readonly kind: 'fall-back' }
  /** Accepted, begun, never ended. */
  | { readonly kind: 'stuck' }
  /** Accepted and forgotten. */
  | { readonly kind: 'ignore' }
  /** Takes this many times as long. */
  | { readonly kind: 'slow'; readonly factor: number }
  /** The guest says nothing of its memory. */
  | { readonly kind: 'silent' }
  /** Ratios are taken and do not last: a setting of the cloud overrides them. */
  | { readonly kind: 'override' }
  /** Readers are told this state instead of the true one. */
  | { readonly kind: 'lie'; readonly state: InstanceState }

export type Fault = FaultWhat & {
  /** Only these calls; without it those the kind is about. */
  readonly calls?: readonly CloudCall[]
  readonly action?: ActionKind
  readonly instanceId?: InstanceId
  /** Chance to strike, 0..1. */
  readonly share?: number
  /** Gone after it struck this often. */
  readonly times?: number
}

export type FaultKind = Fault['kind']

const allCalls: readonly CloudCall[] = [...commonCalls, ...facetCalls]
const reads: readonly CloudCall[] = ['observe', 'sample', 'look', 'unplaced', 'claims', 'memory']
const changes: readonly CloudCall[] = ['act', 'create', 'place', 'migrate', 'host', 'ratio', 'claim', 'label']
const takingRoom: readonly CloudCall[] = ['act', 'create', 'place', 'migrate', 'claim']
const moves: readonly CloudCall[] = ['act', 'create', 'place', 'migrate']

const defaultCalls: Readonly<Record<FaultKind, readonly CloudCall[]>> = {
  unavailable: allCalls,
  hang: allCalls,
  lag: allCalls,
  broken: reads,
  partial: reads,
  lie: ['observe', 'look'],
  refuse: changes,
  'no-room': takingRoom,
  conflict: changes,
  fail: moves,
  'fall-back': moves,
  stuck: moves,
  ignore: ['act', 'place', 'migrate', 'label'],
  slow: moves,
  override: ['ratio'],
  silent: ['memory'],
}

export interface FaultContext {
  readonly call: CloudCall
  readonly action?: ActionKind
  readonly instanceId?: InstanceId
}

interface Armed {
  readonly fault: Fault
  readonly serial: number
  asked: number
  left: number
  readonly ended: AbortController
}

export class FaultBoard {
  readonly #seed: number
  #armed: Armed[] = []
  #serial = 0

  constructor(seed: number, faults: readonly Fault[] = []) {
    this.#seed = hash32(seed, 0xfa17)
    for (const fault of faults) this.put(fault)
  }

  /** From now on; the returned function takes it away and lets what hangs on it go on. */
  put(fault: Fault): () => void {
    const armed: Armed = {
      fault,
      serial: this.#serial++,
      asked: 0,
      left: fault.times ?? Number.POSITIVE_INFINITY,
      ended: new AbortController(),
    }
    this.#armed.push(armed)
    return () => this.#end(armed)
  }

  clear(): void {
    // `#end` makes a new list; this one stays whole while it is walked.
    for (const armed of this.#armed) this.#end(armed)
  }

  list(): readonly Fault[] {
    return this.#armed.map((armed) => armed.fault)
  }

  /** The first fault of this kind that strikes now, with a signal that fires when it is taken away. */
  strike<K extends FaultKind>(
    kind: K,
    context: FaultContext,
  ): { readonly fault: Extract<Fault, { kind: K }>; readonly ended: AbortSignal; readonly draw: number } | undefined {
    for (const armed of this.#armed) {
      if (armed.fault.kind !== kind || !concerns(armed.fault, context)) continue
      const draw = hash32(this.#seed, armed.serial, armed.asked)
      if (unit(this.#seed, armed.serial, armed.asked++) >= (armed.fault.share ?? 1)) continue
      const struck = { fault: armed.fault as Extract<Fault, { kind: K }>, ended: armed.ended.signal, draw }
      if (--armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed)
      return struck
    }
    return undefined
  }

  #end(armed: Armed): void {
    this.#armed = this.#armed.filter((other) => other !== armed)
    armed.ended.abort()
  }
}

function concerns(fault: Fault, context: FaultContext): boolean {
  return (
    (fault.calls ?? defaultCalls[fault.kind]).includes(context.call) &&
    (fault.action === undefined || fault.action === context.action) &&
    (fault.instanceId === undefined || fault.instanceId === context.instanceId)
  )
}

/** A cloud with bad days: a little of everything. At level 1 about every tenth call meets something. */
export function chaosFaults(level = 1): readonly Fault[] {
  const share = (part: number) => Math.min(1, part * level)
  return [
    { kind: 'unavailable', share: share(0.02) },
    { kind: 'broken', share: share(0.005) },
    { kind: 'lag', lagMs: 20_000, share: share(0.03) },
    { kind: 'partial', hostShare: 0.1, share: share(0.03), calls: ['observe', 'sample'] },
    { kind: 'no-room', action: 'start', share: share(0.05) },
    { kind: 'refuse', share: share(0.01) },
    { kind: 'fail', share: share(0.05) },
    { kind: 'fail', into: 'error', share: share(0.01) },
    { kind: 'fall-back', share: share(0.03) },
    { kind: 'stuck', share: share(0.01) },
    { kind: 'slow', factor: 5, share: share(0.05) },
  ]
}
