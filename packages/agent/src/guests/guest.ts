// A guest, or a group of processes, that the agent can make stand still at once and let go on, without asking anybody. Its memory stays.

/** unknown: it could not be asked, and counts as running. gone: there is nothing to pause. */
export type GuestState = 'running' | 'paused' | 'gone' | 'unknown'

export interface Guest {
  /** The same after a restart of the agent. */
  readonly name: string
  state(): GuestState
  /** Asks it when it is not known. */
  ask(): Promise<GuestState>
  /** Resolves when it stands still; rejects when that is not known. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Lets go of it; what it does stays as it is. */
  close(): void
}
