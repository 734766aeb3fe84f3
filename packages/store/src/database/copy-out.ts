// Streams the rows of a query in PostgreSQL's binary COPY format: the driver itself can only read values as text, which for
// binary columns is twice the bytes and several times the work. Every field comes as bytes (null as undefined). Reading
// pauses the connection while the consumer is behind. The format (PostgreSQL documentation, COPY, "Binary Format"):
// signature of 11 bytes, flags, extension of stated length; per row the number of fields, per field its length or -1.
import { GleanerError } from '@gleaner/model'
import type { Client, Connection, Submittable } from 'pg'
import { Slabs } from './slabs.ts'
import { translateFault } from './store-fault.ts'

type Row = readonly (Uint8Array | undefined)[]

const signatureBytes = 11
const pauseAtBytes = 16 * 1024 * 1024
/** A server that sends nothing for as long is taken for dead. */
const silenceMs = 20_000

/**
 * `query` must hold no parameters. Yields slices of so many rows; the last one has what is left. The bytes of a slice are
 * good until the next one is asked for, or, when `lasting`, for ever.
 */
export async function* copyOut(
  client: Client,
  query: string,
  { sliceRows, lasting = false }: { readonly sliceRows: number; readonly lasting?: boolean },
): AsyncGenerator<readonly Row[]> {
  const copy = new CopyOut(`copy (${query}) to stdout (format binary)`, sliceRows)
  client.query(copy)
  for (;;) {
    const slice = await copy.next()
    if (slice === undefined) return
    yield slice.rows
    if (!lasting) copy.release(slice)
  }
}

interface Slice {
  readonly rows: Row[]
  /** Where their bytes are. */
  readonly slabs: readonly Buffer[]
}

/** The stream below a driver's connection; its types leave out that it can pause. */
interface Pausable {
  pause(): void
  resume(): void
}

class CopyOut implements Submittable {
  readonly #statement: string
  #stream: Pausable | undefined
  readonly #sliceRows: number
  readonly #slabs = new Slabs()
  /** Whole slices that nobody has asked for yet. */
  readonly #slices: Slice[] = []
  #rows: Row[] = []
  /** Of the slices and rows. */
  #bytes = 0
  #paused = false
  #headerSeen = false
  #fault: unknown
  #ended = false
  #arrived: (() => void) | undefined
  #silence: NodeJS.Timeout | undefined

  constructor(statement: string, sliceRows: number) {
    this.#statement = statement
    this.#sliceRows = Math.max(1, Math.floor(sliceRows))
  }

  submit(connection: Connection): void {
    this.#stream = (connection as unknown as { stream: Pausable }).stream
    connection.query(this.#statement)
  }

  async next(): Promise<Slice | undefined> {
    while (this.#slices.length === 0) {
      if (this.#fault !== undefined) throw translateFault(this.#fault)
      if (this.#ended) return this.#rows.length > 0 ? this.#cut() : undefined
      await this.#arrival()
    }
    const slice = this.#slices.shift()
    for (const row of slice?.rows ?? []) for (const field of row) this.#bytes -= field?.length ?? 0
    if (this.#paused && this.#bytes <= pauseAtBytes) {
      this.#paused = false
      this.#stream?.resume()
    }
    return slice
  }

  /** The memory of a slice that was given out is used again. */
  release({ slabs }: Slice): void {
    this.#slabs.free(slabs)
  }

  #cut(): Slice {
    const slice = { rows: this.#rows, slabs: this.#slabs.take() }
    this.#rows = []
    return slice
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const silence = setTimeout(
        () => reject(new GleanerError('store-unavailable', { detail: 'no answer in time' })),
        silenceMs,
      )
      this.#silence = silence
      this.#arrived = () => {
        clearTimeout(silence)
        this.#silence = undefined
        resolve()
      }
    })
  }

  // One message holds the header and perhaps a row, one row, or the trailer: the server never splits a row.
  handleCopyData(message: { readonly chunk: Buffer }): void {
    let at = 0
    const { chunk } = message
    if (!this.#headerSeen) {
      this.#headerSeen = true
      at = signatureBytes + 4
      at += 4 + chunk.readInt32BE(at)
    }
    while (at < chunk.length) {
      const fields = chunk.readInt16BE(at)
      at += 2
      if (fields < 0) break
      const row: (Uint8Array | undefined)[] = []
      for (let field = 0; field < fields; field++) {
        const length = chunk.readInt32BE(at)
        at += 4
        // Copied: the driver uses its buffer again.
        row.push(length < 0 ? undefined : this.#slabs.copy(chunk, at, at + length))
        at += Math.max(0, length)
        this.#bytes += Math.max(0, length)
      }
      this.#rows.push(row)
      if (this.#rows.length >= this.#sliceRows) this.#slices.push(this.#cut())
    }
    this.#silence?.refresh()
    if (this.#slices.length === 0) return
    if (this.#bytes > pauseAtBytes && !this.#paused) {
      this.#paused = true
      this.#stream?.pause()
    }
    this.#arrived?.()
  }

  handleError(error: unknown): void {
    this.#fault ??= error
    this.#arrived?.()
  }

  handleReadyForQuery(): void {
    this.#ended = true
    this.#arrived?.()
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}
