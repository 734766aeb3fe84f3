// What the agent tells whoever asks at its socket.
import type { MonitorVerdict } from '@gleaner/engine/opportunism'
import type { LendingPhase, Verdict } from '@gleaner/model'
import type { WatchTotals } from '../watch/desktop-watch.ts'
import type { LinkStanding } from '../link/control-link.ts'
import type { GuestState } from '../guests/guest.ts'

export interface AgentStatus {
  readonly name: string
  readonly phase: LendingPhase
  readonly phaseForMs: number
  readonly mayRun: boolean
  readonly verdict: Verdict
  readonly monitors: readonly MonitorVerdict[]
  readonly guests: readonly { readonly name: string; readonly state: GuestState }[]
  /** Undefined when the owner asked for nothing; Infinity is null. */
  readonly wish?: { readonly kind: 'not-now' | 'lend'; readonly leftMs: number | null }
  readonly backOffMs: number
  readonly totals: WatchTotals
  /** Undefined for a desktop that has not joined a control plane. */
  readonly link?: LinkStanding
  /** Guests with a line to this agent, and those that were heard lately. */
  readonly reports?: { readonly lines: number; readonly heard: number }
}

export type AgentQuestion =
  | { readonly ask: 'status' }
  /** Guests stand still now, and nothing is lent until it is taken back or for so long. */
  | { readonly ask: 'reclaim'; readonly forMs: number | null }
  | { readonly ask: 'lend'; readonly forMs: number | null }
  /** Takes back what was wished. */
  | { readonly ask: 'auto' }

export type AgentReply = { readonly status: AgentStatus } | { readonly refused: string }

export const longestWishDays = 366

export function isQuestion(value: unknown): value is AgentQuestion {
  if (typeof value !== 'object' || value === null) return false
  const { ask, forMs } = value as Record<string, unknown>
  if (ask === 'status' || ask === 'auto') return true
  const span = forMs === null || (typeof forMs === 'number' && forMs > 0 && forMs <= longestWishDays * 86_400_000)
  return (ask === 'reclaim' || ask === 'lend') && span
}
