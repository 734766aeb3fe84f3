// What an operator has told of a host beside what its cloud tells: properties of their own, and whether it can be reserved at all.
// A host of which nothing was told can be.
import type { HostId } from '../ids.ts'

export interface HostOffer {
  readonly hostId: HostId
  /** Nothing new is promised on it. What was promised stays. */
  readonly withdrawn: boolean
  readonly properties: Readonly<Record<string, string | number | boolean>>
  readonly by: string
  readonly atMs: number
}

export interface HostOffers {
  readonly ofHost: ReadonlyMap<HostId, HostOffer>
  /** Names of properties that only operators see; conditions may use them all the same. */
  readonly privateProperties: ReadonlySet<string>
}

export const noHostOffers: HostOffers = { ofHost: new Map(), privateProperties: new Set() }
