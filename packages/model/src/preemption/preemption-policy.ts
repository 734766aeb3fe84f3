// What an operator may set about preemptible instances. Every field has a cautious default.
import type { Objective } from '../placement/placement-formats.ts'

/** What can happen to a victim; `gentlest` is the first of these that gives back what can be sold, and never deletes. */
export const victimActions = ['gentlest', 'suspend', 'stop', 'shelve', 'delete'] as const
export type VictimAction = (typeof victimActions)[number]

export interface PreemptibleQuota {
  readonly instances: number
  readonly vcpus: number
  readonly memoryMiB: number
}

/** How many instances may be evicted within a span. */
export interface DisruptionBudget {
  readonly evictions: number
  readonly windowMs: number
}

/** Hosts with this property take no new firm instances by the cloud's own means (trait and flavor, aggregate, template). */
export interface LendingFence {
  readonly property: string
  readonly value: string | number | boolean
}

export interface PreemptionPolicy {
  readonly action: VictimAction
  readonly noticeMs: number
  /** By name or id of the project, and by name of the flavor; the longest that applies counts. */
  readonly noticeMsOfProject: Readonly<Record<string, number>>
  readonly noticeMsOfFlavor: Readonly<Record<string, number>>
  /** Before it has run so long an instance is not evicted. */
  readonly minimumRunMs: number
  /** After so long it leaves in any case; Infinity: never. */
  readonly maximumRunMs: number
  readonly objective: Objective
  readonly billingPeriodMs: number
  /** The higher, the later it leaves and the earlier it returns; a tag `gleaner-priority=N` of the instance wins. */
  readonly priorityOfProject: Readonly<Record<string, number>>
  readonly quota: PreemptibleQuota
  readonly quotaOfProject: Readonly<Record<string, PreemptibleQuota>>
  readonly budget: DisruptionBudget
  readonly budgetOfProject: Readonly<Record<string, DisruptionBudget>>
  /** Share of what the hosts of a cloud can sell that is kept free of preemptible instances; 0: none. */
  readonly watermark: number
  /** Where what is sold and idle is lent to preemptible instances; undefined: nowhere. */
  readonly lending: LendingFence | undefined
  /** Room that is made is held so long for whoever asked for it. */
  readonly holdMs: number
  readonly returns: boolean
  /** After an eviction it waits so long; twice as long each time it is evicted again, up to the longest. */
  readonly backOffMs: number
  readonly longestBackOffMs: number
  /** Firm requests that the cloud could not place are made anew where room was made. */
  readonly watchUnplaced: boolean
  /** Instances with this tag are never chosen. */
  readonly optOutTag: string
}

const unlimited: PreemptibleQuota = {
  instances: Number.POSITIVE_INFINITY,
  vcpus: Number.POSITIVE_INFINITY,
  memoryMiB: Number.POSITIVE_INFINITY,
}

export const defaultPreemptionPolicy: PreemptionPolicy = {
  action: 'gentlest',
  noticeMs: 120_000,
  noticeMsOfProject: {},
  noticeMsOfFlavor: {},
  minimumRunMs: 0,
  maximumRunMs: Number.POSITIVE_INFINITY,
  objective: 'fewest-victims',
  billingPeriodMs: 3_600_000,
  priorityOfProject: {},
  quota: unlimited,
  quotaOfProject: {},
  budget: { evictions: 20, windowMs: 3_600_000 },
  budgetOfProject: {},
  watermark: 0,
  lending: undefined,
  holdMs: 120_000,
  returns: true,
  backOffMs: 300_000,
  longestBackOffMs: 6 * 3_600_000,
  watchUnplaced: true,
  optOutTag: 'gleaner-no-eviction',
}
