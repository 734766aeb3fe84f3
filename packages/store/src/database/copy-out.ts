// Streams the rows of a query in PostgreSQL's binary COPY format: the driver itself can only read values as text, which for
// binary columns is twice the bytes and several times the work. Every field comes as bytes (null as undefined). Reading
// pauses the connection while the consumer is behind. The format (PostgreSQL documentation, COPY, "Binary Format"):
// signature of 11 bytes, flags, extension of stated length; per row the number of fields, per field its length or -1.
import { GleanerError } from '@gleaner/model'
import type { Client, Connection, Submittable } from 'pg'
import { translateFault } from './store-fault.ts'

type Row = readonly (Uint8Array | undefined)[]

const signatureBytes = 11
const pauseAtBytes = 16 * 1024 * 1024
/** A server that sends nothing for as long is taken for dead. */
const silenceMs = 20_000

/** `query` must hold no parameters. Yields what has arrived, at least one row at a time. */
export async function* copyOut(client: Client, query: string): AsyncGenerator<readonly Row[]> {
  const copy = new CopyOut(`copy (${query}) to stdout (format binary)`)
  client.query(copy)
  for (;;) {
    const rows = await copy.next()
    if (rows === undefined) return
    yield rows
  }
}

/** The stream below a driver's connection; its types leave out that it can pause. */
interface Pausable {
  pause(): void
  resume(): void
}

class CopyOut implements Submittable {
  readonly #statement: string
  #stream: Pausable | undefined
  #rows: Row[] = []
  #bytes = 0
  #paused = false
  #headerSeen = false
  #fault: unknown
  #ended = false
  #arrived: (() => void) | undefined

  constructor(statement: string) {
    this.#statement = statement
  }

  submit(connection: Connection): void {
    this.#stream = (connection as unknown as { stream: Pausable }).stream
    connection.query(this.#statement)
  }

  async next(): Promise<readonly Row[] | undefined> {
    while (this.#rows.length === 0) {
      if (this.#fault !== undefined) throw translateFault(this.#fault)
      if (this.#ended) return undefined
      await this.#arrival()
    }
    const rows = this.#rows
    this.#rows = []
    this.#bytes = 0
    if (this.#paused) {
      this.#paused = false
      this.#stream?.resume()
    }
    return rows
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new GleanerError('store-unavailable', { detail: 'no answer in time' })),
        silenceMs,
      )
      this.#arrived = () => {
        clearTimeout(timer)
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
        row.push(length < 0 ? undefined : new Uint8Array(chunk.subarray(at, at + Math.max(0, length))))
        at += Math.max(0, length)
      }
      this.#rows.push(row)
    }
    this.#bytes += chunk.length
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
