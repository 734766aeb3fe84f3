// The metrics by the names the rule language has for them: as current values and as first argument of window functions.
import type { Instance, Metric } from '@gleaner/model'

export interface RuleMetric {
  readonly name: string
  readonly metric: Metric
  readonly unit: string
  readonly description: string
  /** For fractions: what the measured value is divided by. */
  readonly capacityOf: ((instance: Instance) => number) | undefined
}

const plain = (name: string, metric: Metric, words: { unit: string; description: string }): RuleMetric => ({
  name,
  metric,
  ...words,
  capacityOf: undefined,
})

const ruleMetrics: readonly RuleMetric[] = [
  plain('cpu', 'cpu', { unit: 'cores', description: 'Cores used' }),
  {
    name: 'cpuFraction',
    metric: 'cpu',
    unit: '0..1',
    description: 'Cores used, as a fraction of its virtual cores',
    capacityOf: (instance) => instance.vcpus,
  },
  plain('memory', 'memory', { unit: 'MiB', description: 'Memory used' }),
  {
    name: 'memoryFraction',
    metric: 'memory',
    unit: '0..1',
    description: 'Memory used, as a fraction of what it was given',
    capacityOf: (instance) => instance.memoryMiB,
  },
  plain('networkRx', 'networkRx', { unit: 'B/s', description: 'Bytes received per second' }),
  plain('networkTx', 'networkTx', { unit: 'B/s', description: 'Bytes sent per second' }),
  plain('disk', 'disk', { unit: 'B/s', description: 'Bytes read from and written to disk per second' }),
  plain('users', 'users', { unit: 'users', description: 'People logged in, as the guest reports' }),
  plain('idleS', 'idle', { unit: 's', description: 'Time without activity, as the guest reports' }),
]

export const metricTable: ReadonlyMap<string, RuleMetric> = new Map(ruleMetrics.map((entry) => [entry.name, entry]))

/** What the source says, if it can be a measurement at all: NaN, infinities and negative values are no data. */
export function asMeasured(value: number): number {
  return value >= 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN
}
