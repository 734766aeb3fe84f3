// The windows of usage, as bytes. Part of the Store port; its contract holds.

export interface TelemetryBlob {
  readonly subject: string
  readonly bytes: Uint8Array
}

export interface TelemetryStore {
  /** May lose the last seconds on a power cut (synchronous_commit off): a gap, never wrong data. */
  save(blobs: readonly TelemetryBlob[]): Promise<void>
  /**
   * In slices, so that a large state does not stand in memory twice; in no particular order. The bytes of a slice are good
   * until the next one is asked for: who keeps them copies them.
   */
  loadAll(sliceRows: number): AsyncIterable<readonly TelemetryBlob[]>
  remove(subjects: readonly string[]): Promise<void>
}
