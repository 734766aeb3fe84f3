// Holds: a person's word about an instance, or about a host as a whole, that binds Gleaner until a stated time.
import type { Target } from './target.ts'

/**
 * keep: "do not touch it until …", by the owner; person-acted: somebody changed its state by hand;
 * veto: a person refused a proposal; cool-down: Gleaner itself acted and leaves it alone for a while.
 */
export type HoldKind = 'keep' | 'person-acted' | 'veto' | 'cool-down'

export interface Hold extends Target {
  readonly id: string
  readonly kind: HoldKind
  readonly untilMs: number
  readonly by: string
  readonly reason: string
  readonly createdAtMs: number
}
