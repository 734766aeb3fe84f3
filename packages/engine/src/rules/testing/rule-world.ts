// A small world for tests of rules: instances with plain defaults, telemetry that answers exactly from lists of samples,
// a history made of entries. Exact and slow on purpose, so that it can serve as the oracle.
import {
  type ActionKind,
  type CloudSnapshot,
  cloudId,
  type Host,
  hostId,
  type Instance,
  instanceId,
  type Metric,
  nativeOf,
  projectId,
  type RuleDefinition,
} from '@gleaner/model'
import { compileRule } from '../compile-rule.ts'
import type { CompiledRule } from '../compile-rule.ts'
import { beginEvaluation, outcomeAt, type RuleOutcome } from '../evaluate-rules.ts'
import { explainRule, type RuleExplanation } from '../explain-rule.ts'
import { emptyHistory, type HistoryAccess } from '../history-access.ts'
import { buildInstanceTable } from '../instance-table.ts'
import { linkRules } from '../rule-program.ts'
import type { TelemetryAccess, WindowRequest } from '../telemetry-access.ts'

/** Monday, 2 June 2025, 08:00 UTC. */
export const worldNowMs = 1_748_851_200_000
export const minuteMs = 60_000
export const dayMs = 86_400_000
export const worldCloud = cloudId('lab')

export function testHost(overrides: Partial<Host> = {}): Host {
  return {
    id: hostId(worldCloud, 'hv-1'),
    cloudId: worldCloud,
    name: 'hv-1',
    kind: 'hypervisor',
    state: 'up',
    cores: 16,
    memoryMiB: 65_536,
    diskGiB: 1000,
    reservedCores: 0,
    reservedMemoryMiB: 0,
    coreRatio: undefined,
    memoryRatio: undefined,
    idlePowerW: undefined,
    fullPowerW: undefined,
    ...overrides,
  }
}

export function testInstance(name = 'web-1', overrides: Partial<Instance> = {}): Instance {
  return {
    id: instanceId(worldCloud, name),
    cloudId: worldCloud,
    name,
    projectId: projectId(worldCloud, 'p-1'),
    hostId: hostId(worldCloud, 'hv-1'),
    flavor: 'm1.small',
    state: 'running',
    stateSinceMs: worldNowMs - 20 * dayMs,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    createdAtMs: worldNowMs - 30 * dayMs,
    firmness: 'firm',
    tags: [],
    protectedBy: undefined,
    ...overrides,
  }
}

export function testSnapshot(instances: readonly Instance[]): Pick<CloudSnapshot, 'hosts' | 'instances' | 'projects'> {
  return {
    hosts: [testHost()],
    instances,
    projects: [{ id: projectId(worldCloud, 'p-1'), cloudId: worldCloud, name: 'web-shop' }],
  }
}

/** The metrics an instance has, each with one sample a minute that ends just before `worldNowMs`. */
export type Samples = Partial<Record<Metric, readonly number[]>>

/** `samples[id]` by the instance's native id; the last element is the newest. NaN is a gap. */
export function exactTelemetry(samples: Readonly<Record<string, Samples>>): TelemetryAccess {
  const names = Object.keys(samples)
  const valuesIn = (slot: number, metric: Metric, span: { fromMs: number; toMs: number }): number[] => {
    const values = samples[names[slot] ?? '']?.[metric] ?? []
    const firstMs = worldNowMs - values.length * minuteMs
    return values.filter((value, index) => {
      const atMs = firstMs + index * minuteMs
      return atMs >= span.fromMs && atMs < span.toMs && !Number.isNaN(value)
    })
  }
  return {
    slotOf: (id) => names.indexOf(id.slice(id.indexOf(':') + 1)),
    latest(slot, metric, atMs) {
      return valuesIn(slot, metric, { fromMs: atMs - 5 * minuteMs, toMs: atMs + 1 }).at(-1) ?? Number.NaN
    },
    query(slot, request, toMs) {
      return answer(valuesIn(slot, request.metric, { fromMs: toMs - request.lengthMs, toMs }), request)
    },
    quietSince(slot, request, toMs) {
      const values = samples[names[slot] ?? '']?.[request.metric] ?? []
      const atMs = (index: number) => worldNowMs - (values.length - index) * minuteMs
      let sinceMs = toMs
      for (let index = values.length - 1; index >= 0; index--) {
        const value = values[index] as number
        if (atMs(index) >= toMs || !(value >= 0) || value === Number.POSITIVE_INFINITY) continue
        if (sinceMs - atMs(index) > request.maxGapMs) return { sinceMs: sinceMs === toMs ? Number.NaN : sinceMs }
        if (!(value < request.below)) return { sinceMs }
        sinceMs = atMs(index)
      }
      return { sinceMs: sinceMs === toMs ? Number.NaN : sinceMs }
    },
  }
}

function answer(values: readonly number[], request: WindowRequest): number {
  const coverage = Math.min(1, (values.length * minuteMs) / request.lengthMs)
  if (request.fn === 'coverage') return coverage
  if (coverage < request.leastCoverage) return Number.NaN
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  switch (request.fn) {
    case 'average':
      return values.reduce((sum, value) => sum + value, 0) / values.length
    case 'minimum':
      return sorted[0] ?? Number.NaN
    case 'maximum':
      return sorted.at(-1) ?? Number.NaN
    case 'percentile':
      // Multiplied first: 28 / 100 * 50 is a little more than 14.
      return sorted[Math.max(0, Math.ceil((request.argument * sorted.length) / 100) - 1)] ?? Number.NaN
    case 'shareBelow':
      return values.filter((value) => value < request.argument).length / values.length
  }
}

export function testHistory(
  entries: readonly { name: string; action: ActionKind; atMs: number }[],
  reclaimed: readonly string[] = [],
): HistoryAccess {
  const of = (id: string) => entries.filter((entry) => id === instanceId(worldCloud, entry.name))
  const latest = (times: readonly number[]) => Math.max(Number.NEGATIVE_INFINITY, ...times)
  return {
    lastActionAtMs: (id, action) => latest(of(id).flatMap((entry) => (entry.action === action ? [entry.atMs] : []))),
    actionCount: (id, action, span) =>
      of(id).filter((entry) => entry.action === action && entry.atMs >= span.fromMs && entry.atMs < span.toMs).length,
    lastResumedAtMs: (id) =>
      latest(of(id).flatMap((entry) => (entry.action === 'resume' || entry.action === 'start' ? [entry.atMs] : []))),
    isReclaimed: (id) => reclaimed.some((name) => id === instanceId(worldCloud, name)),
  }
}

export function testRule(expression: string, overrides: Partial<RuleDefinition> = {}): CompiledRule {
  const result = compileRule({
    name: 'test-rule',
    expression,
    action: 'suspend',
    covers: {},
    grace: '10m',
    mode: 'enforce',
    priority: 100,
    enabled: true,
    ...overrides,
  })
  if (!result.ok) throw new Error(result.faults.map((fault) => `${fault.message} ${fault.hint ?? ''}`).join('; '))
  return result.rule
}

export interface World {
  readonly instance?: Instance
  readonly samples?: Samples
  readonly history?: HistoryAccess
  readonly nowMs?: number
}

export function worldInput(world: World) {
  const instance = world.instance ?? testInstance()
  const telemetry = exactTelemetry(world.samples === undefined ? {} : { [nativeOf(instance.id)]: world.samples })
  const table = buildInstanceTable([testSnapshot([instance])], telemetry)
  return { table, telemetry, history: world.history ?? emptyHistory, nowMs: world.nowMs ?? worldNowMs }
}

/** What one rule says about one instance, by the evaluation. */
export function outcomeFor(rule: CompiledRule, world: World = {}): RuleOutcome {
  const evaluation = beginEvaluation({ ...worldInput(world), program: linkRules([rule]) })
  evaluation.evaluate(0, 1)
  return outcomeAt(evaluation, 0, 0)
}

export function explanationFor(rule: CompiledRule, world: World = {}): RuleExplanation {
  const explanation = explainRule(rule, worldInput(world), 0)
  if (explanation === undefined) throw new Error('the world has no instance')
  return explanation
}

/** `count` samples of the same value. */
export const steady = (value: number, count: number): readonly number[] => Array.from({ length: count }, () => value)
