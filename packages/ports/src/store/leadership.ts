// Who leads a scope: one replica at a time, and each of its writes proves that it still does.

/** Proof of leadership: the scope that is led and the term it was won with. */
export interface Fence {
  readonly scope: string
  readonly term: number
}

export interface Leadership {
  /**
   * Tries once to become the leader of the scope. Undefined while another replica leads. `lost` fires when the
   * connection that holds the lock breaks; the holder must then stop acting at once.
   */
  tryLead(
    scope: string,
    holder: string,
  ): Promise<{ readonly fence: Fence; readonly lost: AbortSignal; release(): Promise<void> } | undefined>
  /** Who leads, as far as the database knows. */
  current(
    scope: string,
  ): Promise<{ readonly holder: string; readonly term: number; readonly sinceMs: number } | undefined>
}
