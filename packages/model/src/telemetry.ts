// Usage samples. A batch is columnar, so that a hundred thousand instances cost no hundred thousand objects.

/** The order is part of the stored form: append only. */
export const metrics = ['cpu', 'memory', 'networkRx', 'networkTx', 'disk', 'users', 'idle'] as const

/**
 * cpu: cores used; memory: MiB used; networkRx, networkTx, disk (read + written): bytes per second;
 * users: people logged in; idle: seconds since the guest last saw activity, as the guest itself reports.
 */
export type Metric = (typeof metrics)[number]

export const metricUnits: Readonly<Record<Metric, string>> = {
  cpu: 'cores',
  memory: 'MiB',
  networkRx: 'B/s',
  networkTx: 'B/s',
  disk: 'B/s',
  users: 'users',
  idle: 's',
}

/** Row i: subject `subjects[i]` (an instance or host id) at `atMs[i]`; value of metric m at `values[i * metrics.length + m]`. */
export interface SampleBatch {
  readonly subjects: readonly string[]
  readonly atMs: Float64Array
  /** NaN where nothing was measured: a gap stays a gap. */
  readonly values: Float64Array
}

export function emptyBatch(rows: number): { subjects: string[]; atMs: Float64Array; values: Float64Array } {
  const values = new Float64Array(rows * metrics.length).fill(Number.NaN)
  return { subjects: [], atMs: new Float64Array(rows), values }
}
