// The TelemetrySource port: usage that somebody else has measured and kept, such as a Prometheus or an InfluxDB. Contract,
// checked by the shared suite of the testkit:
//
// - Every call takes an AbortSignal and ends soon after it fires. Faults are GleanerErrors of the `source-…` codes only, and
//   no secret stands in one.
// - Nothing is invented: a value is what was measured within its step, or the rate between two readings of a counter; what
//   is not there, ended, went back or makes no sense is a gap. Half of a sum is a gap as well.
// - A series belongs to the subject that the directory names for it. One that belongs to nothing, or to more than one thing,
//   gives no sample and is counted; a name is never guessed.
// - `sample` and `history` give the same rows for the same time: the steps that `sample` gives are complete as far as the
//   source knows them yet, and a later call gives a step again when it knows more of it.
// - `history` answers in the order of time and holds a bounded part of it at once. What it has answered up to `doneUntilMs`
//   need not be asked again: a run that broke off is taken up there.
// - A source keeps no decision. It remembers which series belongs to whom, for as long as the directory is the same.
import type { CloudId, SampleBatch } from '@gleaner/model'
import type { CheckItem } from './cloud.ts'

/** What the labels of a series say about whose it is. */
export interface SubjectClaim {
  readonly of: 'host' | 'instance'
  /** What the cloud itself calls it: a UUID, a number. Decides alone when it is given. */
  readonly id?: string
  readonly name?: string
  /** The name was made into part of another one, and its hyphens were lost on the way. */
  readonly withoutHyphens?: boolean
  /** The host that the series is about: of several instances of a name it means the one there. */
  readonly host?: string
}

export type SubjectMatch =
  | { readonly kind: 'one'; readonly subject: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'several' }

/** Hosts and instances of the newest readings, by their names. Made by the server; never changes. */
export interface SubjectDirectory {
  /** Equal for directories that answer alike. */
  readonly revision: string
  match(claim: SubjectClaim): SubjectMatch
}

/** What a reading met besides its samples. */
export interface SourceNotes {
  readonly series: number
  readonly unmatched: number
  readonly ambiguous: number
  /** Series that say what another one says already, as by a label that the question should add up. */
  readonly duplicate: number
  /** Samples that were not later than the one before them, infinite values, counters that went back. */
  readonly disordered: number
  readonly infinite: number
  readonly resets: number
  /** A few series of each kind, as people write them. */
  readonly examples: { readonly unmatched: readonly string[]; readonly ambiguous: readonly string[] }
  /** What the source itself says about its answer: that a part is missing, and why. */
  readonly warnings: readonly string[]
}

export interface SourceReading {
  readonly batch: SampleBatch
  readonly notes: SourceNotes
}

export interface HistoryRequest {
  readonly fromMs: number
  readonly toMs: number
  readonly subjects: SubjectDirectory
}

export interface HistoryPart {
  readonly batch: SampleBatch
  /** Everything before this moment has been answered. */
  readonly doneUntilMs: number
}

export interface TelemetrySource {
  readonly id: string
  /** prometheus, influx, … */
  readonly kind: string
  /** One line for people: where it is. Never holds a secret. */
  readonly address: string
  /** The clouds it has usage of. */
  readonly clouds: readonly CloudId[]

  /** Reachable, with which rights, which of the wanted series are there; read-only; for `gleaner config check`. */
  check(signal: AbortSignal): Promise<readonly CheckItem[]>
  /** The newest steps, and those that could not be complete at the last call. */
  sample(subjects: SubjectDirectory, signal: AbortSignal): Promise<SourceReading>
  /** The steps of a stretch of the past, oldest first. */
  history(request: HistoryRequest, signal: AbortSignal): AsyncIterable<HistoryPart>
  close(): Promise<void>
}
