// What an InfluxDB source is told at its making. Secrets are resolved already.
import type { CloudId, Metric } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

export const influxPresets = ['telegraf', 'scroogevm'] as const
export type InfluxPreset = (typeof influxPresets)[number]

/** A question of the user's own. */
export interface InfluxQuery {
  readonly metric: Metric
  readonly of: 'instances' | 'hosts'
  readonly measurement: string
  readonly field: string
  /** Tags that a series must have: a text, or a regular expression between slashes; with ! before it, must not. */
  readonly where?: Readonly<Record<string, string>>
  /** The field only grows: the metric is its rate. */
  readonly counter?: boolean
  /** Tags whose series are added up. */
  readonly sum?: readonly string[]
  /** Tags that hold the id, the name, and the host. */
  readonly id?: string
  readonly name?: string
  readonly host?: string
  /** From the unit of the field to that of the metric (1). */
  readonly factor?: number
}

/** Where the data is: a database of InfluxDB 1.x, or a bucket of 2.x. */
export type InfluxPlace =
  | { readonly database: string; readonly retentionPolicy?: string | undefined }
  | { readonly bucket: string; readonly org: string }

export interface InfluxOptions {
  readonly id: string
  readonly url: string
  readonly place: InfluxPlace
  readonly clouds: readonly CloudId[]
  readonly clock: Clock
  /** Length of a step of the windows. */
  readonly stepMs: number
  readonly authorization?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly ca?: string | undefined
  readonly presets?: readonly InfluxPreset[] | undefined
  readonly queries?: readonly InfluxQuery[] | undefined
  /** What the names and addresses in the tags are called here. */
  readonly names?: Readonly<Record<string, string>> | undefined
  /** Counters are read this far back; must span two points. */
  readonly lookbackMs?: number | undefined
  readonly timeoutMs?: number | undefined
  readonly maxAnswerBytes?: number | undefined
}
