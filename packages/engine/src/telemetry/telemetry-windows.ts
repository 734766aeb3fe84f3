// Usage of many subjects (instances and hosts) over the past two weeks: the recent past exactly, older hours and days as
// sketches, at most 10,000 bytes for each subject. The face of this folder: which subjects there are, in which slots;
// everything else is passed on to the part that knows it. Keeps no clock: now is a parameter.
// A slot is a small number that stays with a subject until it is removed, and is then given to another one. `revision`
// changes whenever the data of a slot changes, its change of hands included.
import { GleanerError, type Metric, metrics, type SampleBatch } from '@gleaner/model'
import { Block, blockOfSlot, indexInBlock } from './block.ts'
import { type Layout, makeLayout, type TelemetryOptions } from './layout.ts'
import { type QuietAnswer, quietSince } from './quiet-since.ts'
import { noRefusals, refusalReasons, type Refusals, SampleWriter } from './sample-writer.ts'
import { readSeries, type SeriesWindow, type TelemetrySeries } from './series.ts'
import { SubjectDecoder } from './subject-decoder.ts'
import { SubjectEncoder } from './subject-encoder.ts'
import type { IngestOutcome, LoadOutcome, Outlook, QuietRequest, SlotBatch } from './telemetry-exchange.ts'
import { busyBound, metricIndex, type TelemetryAnswer, type TelemetryQuestion } from './telemetry-question.ts'
import { TierFolder } from './tier-folder.ts'
import { WindowReader } from './window-reader.ts'

const openOutlook: Outlook = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY, isMissing: false }

export class TelemetryWindows {
  readonly layout: Layout
  readonly #maxSubjects: number
  readonly #latestMaxAgeMs: number
  readonly #futureSteps: number
  readonly #blocks: Block[] = []
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #free: number[] = []
  readonly #writer: SampleWriter
  readonly #reader: WindowReader
  readonly #encoder: SubjectEncoder
  readonly #decoder: SubjectDecoder
  readonly #totals: Refusals = noRefusals()
  readonly #window = { series: 0, lengthMs: 0, toMs: 0 }
  #dirtyCursor = 0
  #accepted = 0
  #removals = 0

  constructor(options: TelemetryOptions = {}) {
    this.layout = makeLayout(options)
    this.#maxSubjects = options.maxSubjects ?? 250_000
    this.#latestMaxAgeMs = options.latestMaxAgeMs ?? 300_000
    const { futureToleranceMs = this.layout.stepMs } = options
    this.#writer = new SampleWriter(this.layout, new TierFolder(this.layout), futureToleranceMs)
    this.#futureSteps = Math.ceil(futureToleranceMs / this.layout.stepMs)
    this.#reader = new WindowReader(this.layout, this.#futureSteps)
    this.#encoder = new SubjectEncoder(this.layout)
    this.#decoder = new SubjectDecoder(this.layout)
  }

  /** Distance of two samples of one subject. */
  get stepMs(): number {
    return this.layout.stepMs
  }

  get size(): number {
    return this.#slots.size
  }

  /** Bytes of all arrays, and of one subject. */
  get memory(): { readonly bytes: number; readonly bytesPerSubject: number; readonly blocks: number } {
    const { bytesPerSubject } = this.layout
    return {
      bytes: this.#blocks.reduce((sum, block) => sum + block.byteLength, 0),
      bytesPerSubject,
      blocks: this.#blocks.length,
    }
  }

  /** Samples taken since the start. */
  get accepted(): number {
    return this.#accepted
  }

  /** Refusals since the start. */
  get refusals(): Readonly<Refusals> {
    return this.#totals
  }

  /** Changes whenever a subject loses its slot: as long as it stays the same, a slot that was asked for is still right. */
  get removals(): number {
    return this.#removals
  }

  /** -1 for a subject that is not known. */
  slotOf(subject: string): number {
    return this.#slots.get(subject) ?? -1
  }

  subjectOf(slot: number): string | undefined {
    return this.#keys[slot]
  }

  subjects(): IterableIterator<string> {
    return this.#slots.keys()
  }

  /** The slot of the subject, a new one when it is not known; -1 when there is no room. */
  add(subject: string): number {
    const known = this.#slots.get(subject)
    if (known !== undefined) return known
    const slot = this.#allot(subject)
    if (slot < 0) return slot
    this.#blocks[blockOfSlot(slot)]?.reset(indexInBlock(slot))
    this.#changed(slot)
    this.markSaved(slot, this.revision(slot))
    return slot
  }

  /** False when it was not known. */
  remove(subject: string): boolean {
    const slot = this.#slots.get(subject)
    if (slot === undefined) return false
    this.#slots.delete(subject)
    this.#keys[slot] = undefined
    this.#changed(slot)
    this.markSaved(slot, this.revision(slot))
    this.#free.push(slot)
    this.#removals++
    return true
  }

  /** Takes a batch in; unknown subjects are added. What is refused and what becomes of late samples: `SampleWriter`. */
  ingest(batch: SampleBatch | SlotBatch, nowMs: number): IngestOutcome {
    this.#requireTime(nowMs)
    const rows = 'slots' in batch ? batch.slots.length : batch.subjects.length
    if (batch.atMs.length < rows || batch.values.length < rows * metrics.length) {
      throw new GleanerError('request-invalid', { detail: `A batch of ${rows} samples has too few times or values.` })
    }
    this.#writer.begin(batch, nowMs)
    this.#writer.refusals = noRefusals()
    let accepted = 0
    if ('slots' in batch) {
      for (let row = 0; row < rows; row++) {
        const slot = batch.slots[row] as number
        if (this.#keys[slot] === undefined) this.#writer.refusals['unknown-subject']++
        else if (this.#writer.write(this.#blocks[blockOfSlot(slot)] as Block, slot, row)) accepted++
      }
    } else {
      for (let row = 0; row < rows; row++) {
        const subject = batch.subjects[row] as string
        const slot = this.#slots.get(subject) ?? this.add(subject)
        if (slot < 0) this.#writer.refusals['no-room']++
        else if (this.#writer.write(this.#blocks[blockOfSlot(slot)] as Block, slot, row)) accepted++
      }
    }
    this.#accepted += accepted
    return { accepted, refused: this.#count() }
  }

  /** Takes one sample in. */
  record(
    subject: string,
    sample: { readonly atMs: number; readonly values: Readonly<Partial<Record<Metric, number>>> },
    nowMs: number,
  ): IngestOutcome {
    const values = Float64Array.from(metrics, (metric) => sample.values[metric] ?? Number.NaN)
    return this.ingest({ subjects: [subject], atMs: Float64Array.of(sample.atMs), values }, nowMs)
  }

  /** The answer on its busy side (see `TelemetryAnswer`), without allocation; NaN for "no data", 0 for its coverage and count. */
  query(slot: number, question: TelemetryQuestion, toMs: number): number {
    const metric = metricIndex[question.metric]
    const isCount = question.fn === 'coverage' || question.fn === 'count'
    if (!this.#open(slot, question, toMs)) return isCount ? 0 : Number.NaN
    const { leastCoverage } = question
    if (leastCoverage !== undefined && !isCount && !(this.#reader.coverage >= leastCoverage)) return Number.NaN
    return this.#reader.bound(question, busyBound(question.fn, metric))
  }

  /**
   * Between which numbers the answer of `query` stays at every instant from `toMs` up to `steps` steps later, whatever newer
   * samples come, as long as `rewritten` stays the same. The result is used again for the next question.
   */
  foresee(
    slot: number,
    question: TelemetryQuestion,
    ahead: { readonly toMs: number; readonly steps: number },
  ): Outlook {
    if (!this.#open(slot, question, ahead.toMs)) return openOutlook
    return this.#reader.foresee(question, ahead.steps)
  }

  /** How far it is worth looking ahead in a window of this length, in steps. */
  horizons(lengthMs: number): readonly number[] {
    const steps = lengthMs / this.layout.stepMs
    // Half of a window within the ring must be known, and an hour later tiles have changed.
    return steps < this.layout.rows ? [Math.floor(0.35 * steps), Math.floor(0.15 * steps)] : [60, 20, 6]
  }

  /** Changes with everything but the appending of newer samples; 0 when nothing can be foreseen of the subject. */
  rewritten(slot: number, nowMs: number): number {
    const block = this.#blockOf(slot)
    if (block === undefined) return 0
    const index = indexInBlock(slot)
    const isAhead = (block.head[index] as number) > Math.ceil(nowMs / this.layout.stepMs) + this.#futureSteps
    return isAhead ? 0 : (block.rewritten[index] as number)
  }

  /** The answer with its bounds; undefined for "no data". */
  explain(slot: number, question: TelemetryQuestion, toMs: number): TelemetryAnswer | undefined {
    if (!this.#open(slot, question, toMs)) return undefined
    const { samples, coverage } = this.#reader
    const errorLow = this.#reader.bound(question, 'low')
    const errorHigh = this.#reader.bound(question, 'high')
    if (samples === 0 || Number.isNaN(errorLow)) return undefined
    const value = busyBound(question.fn, metricIndex[question.metric]) === 'low' ? errorLow : errorHigh
    return { value, errorLow, errorHigh, samples, coverage }
  }

  /** The newest value at or before `atMs`; NaN when there is none that is young enough to stand for the present. */
  latest(slot: number, metric: Metric, atMs: number): number {
    const block = this.#blockOf(slot)
    if (block === undefined || !Number.isFinite(atMs)) return Number.NaN
    const { stepMs, rows } = this.layout
    const head = block.head[indexInBlock(slot)] as number
    const oldest = Math.max(0, head - rows + 1, Math.ceil((atMs - this.#latestMaxAgeMs) / stepMs))
    const base = (indexInBlock(slot) * metrics.length + metricIndex[metric]) * rows
    for (let step = Math.min(head, Math.floor(atMs / stepMs)); step >= oldest; step--) {
      const value = block.ring[base + (step % rows)] as number
      if (value >= 0) return value
    }
    return Number.NaN
  }

  /** When the newest sample of a metric, or of any, was taken; NaN when there never was one. */
  lastAtMs(slot: number, metric?: Metric): number {
    const block = this.#blockOf(slot)
    if (block === undefined) return Number.NaN
    const base = indexInBlock(slot) * metrics.length
    if (metric !== undefined) return block.lastAtMs[base + metricIndex[metric]] as number
    let newest = Number.NaN
    for (let i = 0; i < metrics.length; i++) {
      const atMs = block.lastAtMs[base + i] as number
      if (!(newest >= atMs) && atMs >= 0) newest = atMs
    }
    return newest
  }

  /** Since when all samples up to `toMs` have been below the bound; `toMs` when they are not now, NaN for "no data". */
  quietSince(slot: number, request: QuietRequest, toMs: number): QuietAnswer {
    const block = this.#blockOf(slot)
    if (block === undefined) return { sinceMs: Number.NaN, earliestMs: Number.NaN }
    const series = indexInBlock(slot) * metrics.length + metricIndex[request.metric]
    const { below, maxGapMs = 3 * 3_600_000 } = request
    return quietSince(this.layout, { block, series }, { below, toMs, maxGapMs })
  }

  /**
   * The exact samples of the steps whose start lies in [fromMs, fromMs + into.length * step), oldest first; NaN where there is
   * none or where the ring no longer reaches. False for an unknown slot, whose samples are all NaN.
   */
  samples(slot: number, request: { readonly metric: Metric; readonly fromMs: number }, into: Float64Array): boolean {
    into.fill(Number.NaN)
    const block = this.#blockOf(slot)
    if (block === undefined || !Number.isFinite(request.fromMs)) return block !== undefined
    const { stepMs, rows } = this.layout
    const head = block.head[indexInBlock(slot)] as number
    const first = Math.ceil(request.fromMs / stepMs)
    const base = (indexInBlock(slot) * metrics.length + metricIndex[request.metric]) * rows
    const last = Math.min(head, first + into.length - 1)
    for (let step = Math.max(0, first, head - rows + 1); step <= last; step++) {
      const value = block.ring[base + (step % rows)] as number
      if (value >= 0) into[step - first] = value
    }
    return true
  }

  series(slot: number, metric: Metric, window: SeriesWindow): TelemetrySeries {
    const block = this.#blockOf(slot)
    if (block === undefined) return { atMs: [], average: [], minimum: [], maximum: [] }
    const series = indexInBlock(slot) * metrics.length + metricIndex[metric]
    return readSeries(this.layout, { block, series }, window)
  }

  revision(slot: number): number {
    return this.#blocks[blockOfSlot(slot)]?.revision[indexInBlock(slot)] ?? 0
  }

  /**
   * Up to `limit` slots whose data is not saved, in turn: who saves a share of them each minute gets to all of them.
   * Take the revision together with the dump and call `markSaved` with it once the bytes are safe.
   */
  dirtySlots(limit: number): number[] {
    const dirty: number[] = []
    const all = this.#keys.length
    for (let looked = 0; looked < all && dirty.length < limit; looked++) {
      if (this.#dirtyCursor >= all) this.#dirtyCursor = 0
      const slot = this.#dirtyCursor++
      if (this.#keys[slot] !== undefined && this.isDirty(slot)) dirty.push(slot)
    }
    return dirty
  }

  isDirty(slot: number): boolean {
    const block = this.#blockOf(slot)
    return block !== undefined && block.revision[indexInBlock(slot)] !== block.saved[indexInBlock(slot)]
  }

  markSaved(slot: number, revision: number): void {
    const block = this.#blocks[blockOfSlot(slot)]
    if (block !== undefined) block.saved[indexInBlock(slot)] = revision
  }

  /** The stored form of one subject (see `stored-form.ts`); undefined for a slot without one. */
  dump(slot: number): Uint8Array | undefined {
    const block = this.#blockOf(slot)
    return block === undefined ? undefined : this.#encoder.encode(block, indexInBlock(slot))
  }

  /** Puts the stored form in place of whatever the subject had. Refused bytes change nothing. */
  load(subject: string, bytes: Uint8Array): LoadOutcome {
    const refusal = this.#decoder.decode(bytes)
    if (refusal !== undefined) return { loaded: false, reason: refusal }
    const slot = this.#slots.get(subject) ?? this.#allot(subject)
    if (slot < 0) return { loaded: false, reason: 'no-room' }
    const block = this.#blocks[blockOfSlot(slot)] as Block
    block.copyFrom(this.#decoder.block, indexInBlock(slot))
    this.#changed(slot)
    this.markSaved(slot, this.revision(slot))
    return { loaded: true, slot }
  }

  /** Forgets all data of a subject, which stays: the way out when it has samples of a clock that was far ahead. */
  clear(slot: number): void {
    const block = this.#blockOf(slot)
    if (block === undefined) return
    block.reset(indexInBlock(slot))
    this.#changed(slot)
  }

  /** A slot for a new subject, with whatever its last one left there; -1 when there is no room. */
  #allot(subject: string): number {
    if (this.#slots.size >= this.#maxSubjects) return -1
    const slot = this.#free.pop() ?? this.#keys.length
    this.#blocks[blockOfSlot(slot)] ??= new Block(this.layout)
    this.#slots.set(subject, slot)
    this.#keys[slot] = subject
    return slot
  }

  #open(slot: number, question: TelemetryQuestion, toMs: number): boolean {
    const block = this.#blockOf(slot)
    if (block === undefined) return false
    this.#window.series = indexInBlock(slot) * metrics.length + metricIndex[question.metric]
    this.#window.lengthMs = question.lengthMs
    this.#window.toMs = toMs
    this.#reader.open(block, this.#window)
    return true
  }

  #blockOf(slot: number): Block | undefined {
    return this.#keys[slot] === undefined ? undefined : this.#blocks[blockOfSlot(slot)]
  }

  #changed(slot: number): void {
    const { revision } = this.#blocks[blockOfSlot(slot)] as Block
    revision[indexInBlock(slot)] = (revision[indexInBlock(slot)] as number) + 1
  }

  #count(): Refusals {
    const { refusals } = this.#writer
    for (const reason of refusalReasons) this.#totals[reason] += refusals[reason]
    return refusals
  }

  #requireTime(nowMs: number): void {
    if (nowMs >= 0 && nowMs / this.layout.stepMs < 2 ** 31 - 2 * this.layout.rows) return
    throw new GleanerError('request-invalid', { detail: `${nowMs} is no time.` })
  }
}
