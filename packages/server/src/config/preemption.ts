// The section `preemption` of the configuration: under which terms preemptible instances run, and what is done to them when
// their room is needed.
import {
  DurationText,
  defaultPreemptionPolicy,
  type DisruptionBudget,
  objectives,
  OneOf,
  type PreemptibleQuota,
  type PreemptionPolicy,
  parseDurationMs,
  victimActions,
} from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { DurationReader } from './duration-reader.ts'

const strict = { additionalProperties: false } as const

const Quota = Type.Object(
  {
    instances: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Preemptible instances of a project (no limit)' }),
    ),
    vcpus: Type.Optional(Type.Number({ minimum: 0, description: 'Their vcpus together (no limit)' })),
    memoryGiB: Type.Optional(Type.Number({ minimum: 0, description: 'Their memory together (no limit)' })),
  },
  strict,
)

const Budget = Type.Object(
  {
    evictions: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Instances of a project that may be evicted within the window (20)' }),
    ),
    window: Type.Optional(DurationText),
  },
  strict,
)

export const PreemptionConfig = Type.Object(
  {
    action: Type.Optional(
      OneOf(victimActions, {
        description:
          'What happens to a victim; it must give back what the cloud can sell. gentlest: the first of suspend, stop, shelve that does',
      }),
    ),
    notice: Type.Optional(DurationText),
    noticeByProject: Type.Optional(
      Type.Record(Type.String(), DurationText, { description: 'Notice for instances of a project, by name or id' }),
    ),
    noticeByFlavor: Type.Optional(
      Type.Record(Type.String(), DurationText, { description: 'Notice for instances of a flavor; the longest counts' }),
    ),
    minimumRun: Type.Optional(DurationText),
    maximumRun: Type.Optional(DurationText),
    objective: Type.Optional(
      OneOf(objectives, { description: 'What is lost least when several choices would do (fewest-victims)' }),
    ),
    billingPeriod: Type.Optional(DurationText),
    priorityByProject: Type.Optional(
      Type.Record(Type.String(), Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }), {
        description:
          'The higher, the later its instances leave and the earlier they return; the tag gleaner-priority=N of an instance wins',
      }),
    ),
    quota: Type.Optional(Quota),
    quotaByProject: Type.Optional(
      Type.Record(Type.String(), Quota, { description: 'The same for one project, by name or id' }),
    ),
    budget: Type.Optional(Budget),
    budgetByProject: Type.Optional(
      Type.Record(Type.String(), Budget, { description: 'The same for one project, by name or id' }),
    ),
    watermark: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.9,
        description: 'Share of what a cloud can sell that is kept free of preemptible instances (0)',
      }),
    ),
    lending: Type.Optional(
      Type.Object(
        {
          property: Type.String({
            minLength: 1,
            maxLength: 200,
            description:
              'Hosts with this property (a trait, metadata of an aggregate, an attribute) lend to preemptible instances what they have sold and the estimate says is idle',
          }),
          value: Type.Optional(
            Type.Union([Type.String({ maxLength: 300 }), Type.Number(), Type.Boolean()], {
              description: 'What the property is on these hosts (true)',
            }),
          ),
        },
        strict,
      ),
    ),
    hold: Type.Optional(DurationText),
    returns: Type.Optional(Type.Boolean({ description: 'Evicted instances come back when there is room (true)' })),
    backOff: Type.Optional(DurationText),
    longestBackOff: Type.Optional(DurationText),
    watchUnplaced: Type.Optional(
      Type.Boolean({
        description: 'Firm requests that the cloud could not place are made anew where room was made (true)',
      }),
    ),
    optOutTag: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 60,
        description: 'Preemptible instances with this tag are never evicted (gleaner-no-eviction)',
      }),
    ),
  },
  strict,
)
export type PreemptionConfig = Static<typeof PreemptionConfig>

type DurationKey = 'notice' | 'minimumRun' | 'maximumRun' | 'billingPeriod' | 'hold' | 'backOff' | 'longestBackOff'

export interface PreemptionReading {
  readonly fault: (path: readonly string[], detail: string) => void
  readonly durationMs: DurationReader
}

export function readPreemption(given: PreemptionConfig = {}, reading: PreemptionReading): PreemptionPolicy {
  const base = defaultPreemptionPolicy
  const durationMs = (key: DurationKey, otherwiseMs: number, effect: string) =>
    reading.durationMs(`preemption.${key}`, given[key], { otherwiseMs, effect })
  const policy: PreemptionPolicy = {
    action: given.action ?? base.action,
    noticeMs: durationMs('notice', base.noticeMs, 'How long a victim is told before it has to leave'),
    noticeMsOfProject: durations(given.noticeByProject),
    noticeMsOfFlavor: durations(given.noticeByFlavor),
    minimumRunMs: durationMs('minimumRun', base.minimumRunMs, 'Before it has run so long an instance is not evicted'),
    maximumRunMs: durationMs(
      'maximumRun',
      base.maximumRunMs,
      'After so long a preemptible instance leaves in any case',
    ),
    objective: given.objective ?? base.objective,
    billingPeriodMs: durationMs('billingPeriod', base.billingPeriodMs, 'Period of the objective billing-remainder'),
    priorityOfProject: given.priorityByProject ?? {},
    quota: quotaOf(given.quota, base.quota),
    quotaOfProject: eachOf(given.quotaByProject, (quota) => quotaOf(quota, base.quota)),
    budget: budgetOf(given.budget, base.budget),
    budgetOfProject: eachOf(given.budgetByProject, (budget) => budgetOf(budget, base.budget)),
    watermark: given.watermark ?? base.watermark,
    lending:
      given.lending === undefined
        ? undefined
        : { property: given.lending.property, value: given.lending.value ?? true },
    holdMs: durationMs('hold', base.holdMs, 'How long room that was made is held for whoever asked for it'),
    returns: given.returns ?? base.returns,
    backOffMs: durationMs(
      'backOff',
      base.backOffMs,
      'How long an instance stays away after its first eviction of a day',
    ),
    longestBackOffMs: durationMs(
      'longestBackOff',
      base.longestBackOffMs,
      'How long at most; each further eviction of a day doubles the time',
    ),
    watchUnplaced: given.watchUnplaced ?? base.watchUnplaced,
    optOutTag: given.optOutTag ?? base.optOutTag,
  }
  if (policy.longestBackOffMs < policy.backOffMs)
    reading.fault(['longestBackOff'], 'longestBackOff is shorter than backOff')
  if (policy.maximumRunMs <= policy.minimumRunMs)
    reading.fault(['maximumRun'], 'maximumRun is not longer than minimumRun')
  if (policy.billingPeriodMs < 1000) reading.fault(['billingPeriod'], 'billingPeriod is at least one second')
  for (const key of ['budget', 'budgetByProject'] as const) {
    const budgets = key === 'budget' ? { '': policy.budget } : policy.budgetOfProject
    for (const [name, { windowMs }] of Object.entries(budgets))
      if (windowMs <= 0)
        reading.fault(name === '' ? [key, 'window'] : [key, name, 'window'], 'the window of a budget is longer than 0s')
  }
  return policy
}

function durations(given: Readonly<Record<string, string>> | undefined): Readonly<Record<string, number>> {
  return eachOf(given, (text) => parseDurationMs(text) ?? defaultPreemptionPolicy.noticeMs)
}

function eachOf<From, To>(
  given: Readonly<Record<string, From>> | undefined,
  read: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name, read(value)]))
}

function quotaOf(given: Static<typeof Quota> | undefined, base: PreemptibleQuota): PreemptibleQuota {
  return {
    instances: given?.instances ?? base.instances,
    vcpus: given?.vcpus ?? base.vcpus,
    memoryMiB: given?.memoryGiB === undefined ? base.memoryMiB : given.memoryGiB * 1024,
  }
}

function budgetOf(given: Static<typeof Budget> | undefined, base: DisruptionBudget): DisruptionBudget {
  const windowMs = given?.window === undefined ? undefined : parseDurationMs(given.window)
  return { evictions: given?.evictions ?? base.evictions, windowMs: windowMs ?? base.windowMs }
}
