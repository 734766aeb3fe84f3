// What is remembered of hosts: what is told of them, and how they are switched. Part of the Store port; its contract holds.
import type { HostOffer, HostOffers, HostPowerRecord } from '@gleaner/model'
import type { Fence } from './leadership.ts'

export interface HostOffersStore {
  all(): Promise<HostOffers>
  /** In place of what was told of the host before. */
  save(fence: Fence, offer: HostOffer): Promise<void>
  setPrivate(fence: Fence, property: string, isPrivate: boolean): Promise<void>
}

export interface HostPowerStore {
  all(): Promise<readonly HostPowerRecord[]>
  save(fence: Fence, record: HostPowerRecord): Promise<void>
}
