// What a Prometheus source is told at its making. Secrets are resolved already.
import type { CloudId, Metric } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

export const prometheusPresets = ['libvirt-exporter', 'node-exporter', 'vmprobe'] as const
export type PrometheusPreset = (typeof prometheusPresets)[number]

/** A question of the user's own. Exactly one of `series` and `expression`. */
export interface PrometheusQuery {
  readonly metric: Metric
  readonly of: 'instances' | 'hosts'
  /** A selector: its raw samples are read, and rates are worked out here. */
  readonly series?: string
  /** The series only grow: the metric is their rate. */
  readonly counter?: boolean
  /** Anything else: worked out by the database, once per step. */
  readonly expression?: string
  /** Labels whose series are added up: devices of an instance. */
  readonly sum?: readonly string[]
  /** Labels that hold the id, the name, and the host. */
  readonly id?: string
  readonly name?: string
  readonly host?: string
  /** From the unit of the series to that of the metric (1). */
  readonly factor?: number
}

export interface PrometheusOptions {
  readonly id: string
  readonly url: string
  readonly clouds: readonly CloudId[]
  readonly clock: Clock
  /** Length of a step of the windows. */
  readonly stepMs: number
  readonly authorization?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly ca?: string | undefined
  readonly presets?: readonly PrometheusPreset[] | undefined
  readonly queries?: readonly PrometheusQuery[] | undefined
  /** Before `_global_` and `_domain_` in the names of vmprobe. */
  readonly vmprobePrefix?: string | undefined
  /** Further label matchers of every selector of a preset: `job="kvm"`. */
  readonly match?: string | undefined
  /** What the names and addresses in the labels are called here. */
  readonly names?: Readonly<Record<string, string>> | undefined
  /** Counters are read this far back; must span two scrapes. */
  readonly lookbackMs?: number | undefined
  /** The window of rates that the database works out. */
  readonly rateWindowMs?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly maxAnswerBytes?: number | undefined
  /** False: raw samples are never asked for by VictoriaMetrics' export. */
  readonly export?: boolean | undefined
}
