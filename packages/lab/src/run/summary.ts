// The tidy table of a run: one line per trace, host, resource and strategy; `*` is the mean over the hosts of a trace.
// misprediction, violation and decreases are sums over the slices in multiples of the capacity, as the ancestor's notebook
// prints them; rates, severity, savings and excess are means over the judged slices (see the engine's estimate-metrics).
import type { Fared, Resource } from '@gleaner/engine/oversubscription'
import type { LabStrategyName } from './lab-strategy.ts'

export interface SummaryRow {
  readonly trace: string
  readonly host: string
  readonly resource: Resource
  readonly strategy: LabStrategyName
  readonly asPublished: boolean
  readonly hosts: number
  readonly fared: Fared
}

const heads = [
  'trace',
  'host',
  'resource',
  'strategy',
  'as_published',
  'hosts',
  'slices',
  'misprediction',
  'violation',
  'decreases',
  'violation_rate',
  'severity',
  'savings',
  'samples_above',
  'excess',
]

export function summaryCsv(rows: readonly SummaryRow[]): string {
  const lines = rows.map(({ trace, host, resource, strategy, asPublished, hosts, fared }) =>
    [
      quote(trace),
      quote(host),
      resource,
      strategy,
      asPublished ? 'yes' : 'no',
      hosts,
      fared.judged,
      ...[
        fared.misprediction,
        fared.violation,
        fared.decreases,
        fared.violationRate,
        fared.severity,
        fared.savings,
        fared.samplesAbove,
        fared.excess,
      ].map((value) => Number(value.toFixed(6))),
    ].join(','),
  )
  return `${[heads.join(','), ...lines].join('\n')}\n`
}

/** The mean over hosts; each host weighs the same, as each is in multiples of its own capacity. */
export function meanFared(list: readonly Fared[]): Fared {
  const judged = list.filter((fared) => fared.judged > 0)
  const mean = (pick: (fared: Fared) => number): number =>
    judged.length === 0 ? 0 : judged.reduce((sum, fared) => sum + pick(fared), 0) / judged.length
  return {
    judged: list.reduce((sum, fared) => sum + fared.judged, 0),
    misprediction: mean((fared) => fared.misprediction),
    violation: mean((fared) => fared.violation),
    decreases: mean((fared) => fared.decreases),
    violationRate: mean((fared) => fared.violationRate),
    severity: mean((fared) => fared.severity),
    savings: mean((fared) => fared.savings),
    samplesAbove: mean((fared) => fared.samplesAbove),
    excess: mean((fared) => fared.excess),
  }
}

function quote(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
