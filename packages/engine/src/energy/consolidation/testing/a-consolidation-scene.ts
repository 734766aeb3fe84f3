// A small fleet that consolidation is asked about, for tests: h1 with little on it, h2 with who may not move. A test changes
// what it is about.
import type { Host, Instance, InstanceId, JournalEntry, Proposal } from '@gleaner/model'
import { aHost, aJournalEntry, anInstance, aSnapshot, testStartMs } from '@gleaner/testkit'
import { type GateFacts, openGateWorld } from '../../../gate/gate-world.ts'
import { factsOf } from '../../../testing/a-world.ts'
import { aRoomWorld } from '../../../testing/a-room-world.ts'
import { namedConsolidation } from '../../named-consolidation.ts'
import { noPromise } from '../../power/host-promise.ts'
import { defaultPowerOptions } from '../../power/power-options.ts'
import { type ConsolidationOptions, defaultConsolidationOptions } from '../consolidation-options.ts'
import { DemandMemory } from '../demand-memory.ts'
import { type ConsolidationQuestion, proposeConsolidation } from '../propose-consolidation.ts'
import { usageOf } from './usage-of.ts'

export const nowMs = testStartMs
const nothing = { physicalCores: false, physicalMemory: false, sellable: false }
const sizes = { cores: 8, reservedCores: 0, memoryMiB: 32_768, reservedMemoryMiB: 0, coreRatio: 2, memoryRatio: 1 }
export const host = (name: string, more: Partial<Host> = {}) =>
  aHost({ name, ...sizes, idlePowerW: 100, fullPowerW: 200, ...more })
export const on = (where: Host, name: string, more: Partial<Instance> = {}) =>
  anInstance({ name, hostId: where.id, vcpus: 4, memoryMiB: 4096, diskGiB: 0, ...more })

export interface Scene {
  readonly hosts: readonly Host[]
  readonly instances: readonly Instance[]
  /** Cores each instance uses; 1 if absent, undefined: nobody knows. */
  readonly uses?: Readonly<Record<string, number | undefined>>
  readonly options?: Partial<ConsolidationOptions>
  readonly facts?: Partial<GateFacts>
  readonly journal?: readonly JournalEntry[]
  readonly proposals?: readonly Proposal[]
  readonly more?: Partial<ConsolidationQuestion>
  readonly policy?: string
}

export function ask({
  hosts,
  instances,
  uses = {},
  options = {},
  facts = {},
  journal = [],
  proposals = [],
  more = {},
  policy = 'gleaner',
}: Scene) {
  const reading = aSnapshot({ hosts: [...hosts], instances: [...instances], takenAtMs: nowMs - 10_000 })
  const base = aRoomWorld(reading, nowMs)
  const support = new Map([...(base.support ?? []), ['migrate', nothing] as const, ['sleep', nothing] as const])
  const settings = { ...defaultConsolidationOptions, ...options }
  const usage = usageOf(
    instances.flatMap(({ id, name }) =>
      name in uses && uses[name] === undefined ? [] : [[id, uses[name] ?? 1] as const],
    ),
    nowMs,
  )
  const known: GateFacts = {
    ...factsOf({ reading, rules: [], nowMs }),
    usage,
    supports: new Map([[reading.cloudId, support]]),
    journal,
    hostUse: () => ({ isHeld: false, promise: noPromise, leadMs: 600_000 }),
    ...facts,
  }
  const named = namedConsolidation(policy)
  if (named === undefined) throw new Error(policy)
  const answer = proposeConsolidation({
    world: { ...base, support, policy: known.policy },
    gate: openGateWorld(known),
    journal,
    proposals,
    policy: named,
    mode: 'enforce',
    options: settings,
    demand: new DemandMemory(settings.stepMs),
    power: defaultPowerOptions,
    isPowered: () => true,
    recordOf: () => undefined,
    efficiencyOf: () => 1,
    closing: new Set(),
    wanted: new Set(),
    ...more,
  })
  return {
    ...answer,
    said: answer.candidates.map(({ instanceId, setting }) => `${instanceId} to ${setting?.toHostId}`).sort(),
    of: (each: Host) => answer.ofHosts.get(each.id),
  }
}

export const [h1, h2, h3] = [host('h1'), host('h2'), host('h3')] as const
export const lone = on(h1, 'lone')
/** They stay, so that h2 is never the one to be emptied. */
export const locked = { protectedBy: 'a lock' }
export const crowd = ['a', 'b', 'c'].map((name) => on(h2, name, locked))
export const scene: Scene = { hosts: [h1, h2], instances: [lone, ...crowd] }

/** It moved, and that was over then. */
export function moved(instanceId: InstanceId, finishedAtMs: number): JournalEntry {
  return aJournalEntry({
    instanceId,
    action: 'migrate',
    capability: 'reservations',
    state: 'done',
    intendedAtMs: finishedAtMs - 60_000,
    finishedAtMs,
  })
}
