// What keeps instances from being acted upon for a time. Part of the Store port; its contract holds.
import type { Hold } from '@gleaner/model'

/** A link that counts once; its use is remembered at least until it would end by itself. */
export interface UsableLink {
  readonly id: string
  readonly endsAtMs: number
}

export interface HoldStore {
  active(nowMs: number): Promise<readonly Hold[]>
  forInstance(instanceId: string): Promise<readonly Hold[]>
  /** All that were made at or after this time, oldest first, also those that have lapsed or were released. */
  since(fromMs: number): Promise<readonly Hold[]>
  add(hold: Omit<Hold, 'id'>): Promise<Hold>
  /** Uses the link up and adds the hold, both or neither; undefined, and nothing changed, when it was used before. */
  addByLink(link: UsableLink, hold: Omit<Hold, 'id'>): Promise<Hold | undefined>
  /** When a link was used; undefined when it was not. */
  linkUsedAtMs(linkId: string): Promise<number | undefined>
  release(id: string, by: string, nowMs: number): Promise<void>
}
