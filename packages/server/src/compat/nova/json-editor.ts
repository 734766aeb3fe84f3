// Edits JSON while it streams by: replaces string values, adds members to the end of objects, and leaves every other byte
// as it is, spacing, order and number formats included. It holds back no more than one string value at a time. What is
// not JSON, or nests deeper than any answer of nova, passes unchanged from the point where that is seen.
import { Transform, type TransformCallback } from 'node:stream'

/**
 * Where in the text something stands: the keys from the root, each followed by a line break, `*` for an element of a
 * list; the string at servers[3].tags[0] is at "servers\n*\ntags\n*\n". A raw line break occurs in no JSON string, so no
 * key can pretend to be a path.
 */
export type JsonPlace = string

/** A path as written in code: `place('servers', '*', 'id')`. */
export function place(...steps: readonly string[]): JsonPlace {
  return steps.map((step) => `${step}\n`).join('')
}

export interface JsonEdits {
  /** Whether `string` wants to see the string values at this place. */
  wants(at: JsonPlace): boolean
  /** The text of a wanted value; what comes back replaces it, undefined leaves it. */
  string(text: string, at: JsonPlace): string | undefined
  /** The object at this place ends; members to add, such as `"preemptible": true`. */
  end(at: JsonPlace): string | undefined
}

interface Frame {
  readonly isObject: boolean
  /** Place of the object or list itself. */
  readonly at: JsonPlace
  /** Place of the value that comes next; in an object it changes with each key. */
  next: JsonPlace
  empty: boolean
  /** In an object: the next string is a key. */
  keyNext: boolean
}

const deepest = 64
/** Longer values are not looked at: nova's links and tags are far shorter. */
const longestHeldBytes = 16 * 1024

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const lineBreak = 0x0a

export class JsonEditor extends Transform {
  readonly #edits: JsonEdits
  readonly #frames: Frame[] = []
  #inString = false
  #escaped = false
  /** Bytes of a key or a wanted value so far, its opening quote included; undefined when nobody wants the string. */
  #text: Buffer[] | undefined
  #textBytes = 0
  #isKey = false
  #gaveUp = false

  constructor(edits: JsonEdits) {
    super()
    this.#edits = edits
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#gaveUp) this.push(chunk)
    else this.#scan(chunk)
    done()
  }

  override _flush(done: TransformCallback): void {
    if (!this.#isKey) this.#letGo()
    done()
  }

  /** `from` is where the bytes begin that have been neither pushed nor held. */
  #scan(chunk: Buffer): void {
    let from = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) from = this.#endString(chunk, { from, end: i + 1 })
        continue
      }
      if (byte === quote) from = this.#beginString(chunk, { from, at: i })
      else if (byte === openBrace || byte === openBracket) this.#open(byte === openBrace)
      else if (byte === closeBrace || byte === closeBracket) from = this.#close(chunk, { from, at: i })
      else if (byte === comma) this.#comma()
      else if (byte > 0x20) this.#filled()
      if (this.#gaveUp) break
    }
    const rest = chunk.subarray(from)
    if (this.#gaveUp || this.#text === undefined) this.push(rest)
    else if (this.#isKey) this.#copyKey(rest)
    else this.#hold(rest)
  }

  #beginString(chunk: Buffer, here: { readonly from: number; readonly at: number }): number {
    const frame = this.#frames.at(-1)
    this.#inString = true
    this.#isKey = frame?.keyNext === true
    this.#filled()
    if (!this.#isKey && !this.#edits.wants(frame?.next ?? '')) return here.from
    if (here.at > here.from) this.push(chunk.subarray(here.from, here.at))
    this.#text = []
    this.#textBytes = 0
    return here.at
  }

  #endString(chunk: Buffer, here: { readonly from: number; readonly end: number }): number {
    this.#inString = false
    if (this.#text === undefined) return here.from
    const part = chunk.subarray(here.from, here.end)
    const raw = this.#text.length === 0 ? part : Buffer.concat([...this.#text, part])
    this.#text = undefined
    const frame = this.#frames.at(-1)
    if (this.#isKey && frame !== undefined) {
      this.push(part)
      frame.next = `${frame.at}${raw.toString('utf8', 1, raw.length - 1)}\n`
      frame.keyNext = false
      this.#gaveUp = raw.includes(lineBreak)
      return here.end
    }
    const replacement = this.#replacementOf(raw, frame?.next ?? '')
    this.push(replacement === undefined ? raw : Buffer.from(JSON.stringify(replacement)))
    return here.end
  }

  #replacementOf(raw: Buffer, at: JsonPlace): string | undefined {
    let text: unknown
    try {
      text = JSON.parse(raw.toString('utf8'))
    } catch {
      return undefined
    }
    return this.#edits.string(text as string, at)
  }

  /** A key is copied, not held back: nothing ever replaces it. */
  #copyKey(bytes: Buffer): void {
    this.push(bytes)
    this.#text?.push(bytes)
    this.#textBytes += bytes.length
    this.#gaveUp = this.#textBytes > longestHeldBytes
  }

  #hold(bytes: Buffer): void {
    this.#text?.push(bytes)
    this.#textBytes += bytes.length
    if (this.#textBytes > longestHeldBytes) this.#letGo()
  }

  #letGo(): void {
    for (const held of this.#text ?? []) this.push(held)
    this.#text = undefined
  }

  #open(isObject: boolean): void {
    this.#filled()
    if (this.#frames.length >= deepest) {
      this.#gaveUp = true
      return
    }
    const at = this.#frames.at(-1)?.next ?? ''
    this.#frames.push({ isObject, at, next: isObject ? at : `${at}*\n`, empty: true, keyNext: isObject })
  }

  #close(chunk: Buffer, here: { readonly from: number; readonly at: number }): number {
    const frame = this.#frames.pop()
    if (frame === undefined || frame.isObject !== (chunk[here.at] === closeBrace)) {
      this.#gaveUp = true
      return here.from
    }
    const added = frame.isObject ? this.#edits.end(frame.at) : undefined
    if (added === undefined) return here.from
    if (here.at > here.from) this.push(chunk.subarray(here.from, here.at))
    this.push(Buffer.from(frame.empty ? added : `, ${added}`))
    return here.at
  }

  #comma(): void {
    const frame = this.#frames.at(-1)
    if (frame?.isObject === true) frame.keyNext = true
  }

  #filled(): void {
    const frame = this.#frames.at(-1)
    if (frame !== undefined) frame.empty = false
  }
}
