// What an operator may set about placement and eviction. Durations in seconds, because ages and billing periods are.
import type { Objective } from '@gleaner/model'
import type { Multipliers } from './weighers.ts'

export interface RoomSettings {
  readonly objective: Objective
  readonly billingPeriodS: number
  /** A preemptible instance younger than this is not evicted. */
  readonly minimumRunS: number
  readonly multipliers: Multipliers
}

export const defaultRoomSettings: RoomSettings = {
  objective: 'fewest-victims',
  billingPeriodS: 3600,
  minimumRunS: 0,
  multipliers: {},
}
