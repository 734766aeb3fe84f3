// Brings records that arrive in any order (files hold one instance after the other, or one moment after the other) into
// the order slice, host, instance. Bounded memory: beyond `budgetBytes` the records go, sorted, to a run in a temporary
// file; at the end the runs are merged. Same slice, host and instance: in the order of arrival.
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SpoolRecord {
  readonly slice: number
  readonly host: number
  /** −1 is the host itself; its allocation is its capacity. */
  readonly instance: number
  readonly isRepeat: boolean
  /** No sample of this instance came before, or after: what is missing at that edge was not there. */
  readonly isFirst: boolean
  readonly isLast: boolean
  readonly epochS: number
  readonly cpuAllocation: number
  readonly memoryAllocation: number
  readonly cpu: Float64Array
  readonly memory: Float64Array
  readonly extra: Float64Array
}

const headLength = 10
const readAhead = 1 << 16

export class SliceSpool {
  readonly #budgetBytes: number
  #records: SpoolRecord[] = []
  #bytes = 0
  #folder: string | undefined
  readonly #runs: string[] = []

  constructor(budgetBytes = 96 << 20) {
    this.#budgetBytes = budgetBytes
  }

  get spilledRuns(): number {
    return this.#runs.length
  }

  add(record: SpoolRecord): void {
    this.#records.push(record)
    // 200: what the object and its three arrays cost besides the samples.
    this.#bytes += 8 * (record.cpu.length + record.memory.length + record.extra.length) + 200
    if (this.#bytes > this.#budgetBytes) this.#spill()
  }

  /** Gives every record once and removes what was written. */
  *drain(): Generator<SpoolRecord> {
    try {
      if (this.#runs.length === 0) {
        yield* this.#records.sort(compare)
        return
      }
      this.#spill()
      yield* merge(this.#runs)
    } finally {
      this.dispose()
    }
  }

  dispose(): void {
    this.#records = []
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }

  #spill(): void {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'gleaner-lab-'))
    const file = join(this.#folder, `run-${this.#runs.length}`)
    const handle = openSync(file, 'w')
    let parts: Buffer[] = []
    let waiting = 0
    for (const record of this.#records.sort(compare)) {
      const part = encode(record)
      parts.push(part)
      waiting += part.length
      if (waiting > 1 << 20) {
        writeAll(handle, Buffer.concat(parts))
        parts = []
        waiting = 0
      }
    }
    writeAll(handle, Buffer.concat(parts))
    closeSync(handle)
    this.#runs.push(file)
    this.#records = []
    this.#bytes = 0
  }
}

function compare(a: SpoolRecord, b: SpoolRecord): number {
  return a.slice - b.slice || a.host - b.host || a.instance - b.instance
}

function encode(record: SpoolRecord): Buffer {
  const { cpu, memory, extra } = record
  const numbers = new Float64Array(headLength + cpu.length + memory.length + extra.length)
  const flags = (record.isRepeat ? 1 : 0) + (record.isFirst ? 2 : 0) + (record.isLast ? 4 : 0)
  numbers.set([record.slice, record.host, record.instance, flags, record.epochS])
  numbers.set([record.cpuAllocation, record.memoryAllocation, cpu.length, memory.length, extra.length], 5)
  numbers.set(cpu, headLength)
  numbers.set(memory, headLength + cpu.length)
  numbers.set(extra, headLength + cpu.length + memory.length)
  return Buffer.from(numbers.buffer)
}

function writeAll(handle: number, buffer: Buffer): void {
  for (let at = 0; at < buffer.length; ) at += writeSync(handle, buffer, at)
}

function* readRun(file: string): Generator<SpoolRecord> {
  const handle = openSync(file, 'r')
  let buffer = Buffer.alloc(0)
  const need = (count: number): boolean => {
    while (buffer.length < count) {
      const more = Buffer.alloc(Math.max(readAhead, count - buffer.length))
      const got = readSync(handle, more, 0, more.length, null)
      if (got === 0) return false
      buffer = Buffer.concat([buffer, more.subarray(0, got)])
    }
    return true
  }
  const take = (count: number): Float64Array => {
    const numbers = new Float64Array(count)
    Buffer.from(numbers.buffer).set(buffer.subarray(0, count * 8))
    buffer = buffer.subarray(count * 8)
    return numbers
  }
  try {
    while (need(headLength * 8)) {
      const head = take(headLength)
      const [slice, host, instance, flags, epochS] = head as unknown as [number, number, number, number, number]
      const lengths = head.subarray(7) as unknown as [number, number, number]
      need((lengths[0] + lengths[1] + lengths[2]) * 8)
      yield {
        slice,
        host,
        instance,
        isRepeat: (flags & 1) !== 0,
        isFirst: (flags & 2) !== 0,
        isLast: (flags & 4) !== 0,
        epochS,
        cpuAllocation: head[5] as number,
        memoryAllocation: head[6] as number,
        cpu: take(lengths[0]),
        memory: take(lengths[1]),
        extra: take(lengths[2]),
      }
    }
  } finally {
    closeSync(handle)
  }
}

/** Merges sorted runs; of equal keys the earlier run comes first. */
function* merge(files: readonly string[]): Generator<SpoolRecord> {
  const heads: { next: SpoolRecord; run: Generator<SpoolRecord>; order: number }[] = []
  const before = (a: (typeof heads)[number], b: (typeof heads)[number]): number =>
    compare(a.next, b.next) || a.order - b.order
  for (const [order, file] of files.entries()) {
    const run = readRun(file)
    const first = run.next()
    if (first.done !== true) heads.push({ next: first.value, run, order })
  }
  heads.sort(before)
  while (heads.length > 0) {
    const head = heads[0] as (typeof heads)[number]
    yield head.next
    const following = head.run.next()
    if (following.done === true) {
      heads.shift()
      continue
    }
    head.next = following.value
    // One step of insertion keeps the list sorted; neighbours in a run are neighbours in the merge most of the time.
    let at = 0
    while (at + 1 < heads.length && before(heads[at] as typeof head, heads[at + 1] as typeof head) > 0) {
      const swap = heads[at] as typeof head
      heads[at] = heads[at + 1] as typeof head
      heads[++at] = swap
    }
  }
}
