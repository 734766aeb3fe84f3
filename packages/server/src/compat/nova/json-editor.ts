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

/** A place as a node of the tree of all that were met, so that each is judged once. */
class Place {
  readonly at: JsonPlace
  readonly wanted: boolean
  readonly #edits: JsonEdits
  readonly #below = new Map<string, Place>()

  constructor(at: JsonPlace, edits: JsonEdits) {
    this.at = at
    this.wanted = edits.wants(at)
    this.#edits = edits
  }

  below(key: string): Place {
    const known = this.#below.get(key)
    if (known !== undefined) return known
    const made = new Place(`${this.at}${key}\n`, this.#edits)
    this.#below.set(key, made)
    return made
  }
}

interface Frame {
  readonly isObject: boolean
  /** Of the object or list itself. */
  readonly place: Place
  /** Of the value that comes next; in an object it changes with each key. */
  next: Place
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
const space = 0x20

export class JsonEditor extends Transform {
  readonly #edits: JsonEdits
  readonly #root: Place
  readonly #frames: Frame[] = []
  /** The innermost frame; undefined at the root. */
  #frame: Frame | undefined
  #inString = false
  #escaped = false
  /** Where the key or wanted value under way begins in this chunk; -1 when nobody wants the string. */
  #textAt = -1
  /** Its bytes of earlier chunks, opening quote included; of a wanted value they are held back, of a key copied. */
  #earlier: Buffer[] = []
  #earlierBytes = 0
  #isKey = false
  #gaveUp = false
  /** What this chunk has come to so far, and from where on it is still as it came. */
  #out: Buffer[] = []
  #from = 0

  constructor(edits: JsonEdits) {
    super()
    this.#edits = edits
    this.#root = new Place('', edits)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#gaveUp) this.push(chunk)
    else this.#edit(chunk)
    done()
  }

  override _flush(done: TransformCallback): void {
    if (!this.#isKey) for (const held of this.#earlier) this.push(held)
    done()
  }

  #edit(chunk: Buffer): void {
    this.#out = []
    this.#from = 0
    if (this.#textAt !== -1) this.#textAt = 0
    this.#scan(chunk)
    if (this.#textAt !== -1 && !this.#gaveUp) this.#carryOver(chunk)
    this.#emit(chunk, chunk.length)
    if (this.#out.length > 0) this.push(this.#out.length === 1 ? this.#out[0] : Buffer.concat(this.#out))
  }

  #scan(chunk: Buffer): void {
    for (let i = 0; i < chunk.length && !this.#gaveUp; i++) {
      const byte = chunk[i] ?? 0
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#endString(chunk, i + 1)
      } else if (byte === quote) this.#beginString(i)
      else if (byte === comma) {
        if (this.#frame?.isObject === true) this.#frame.keyNext = true
      } else if (byte === openBrace || byte === openBracket) this.#open(byte === openBrace)
      else if (byte === closeBrace || byte === closeBracket) this.#close(chunk, i)
      else if (byte > space && this.#frame !== undefined) this.#frame.empty = false
    }
  }

  /** Passes on what came before `end` and has not been passed on. */
  #emit(chunk: Buffer, end: number): void {
    if (end > this.#from) this.#out.push(chunk.subarray(this.#from, end))
    this.#from = end
  }

  #beginString(at: number): void {
    const frame = this.#frame
    this.#inString = true
    this.#isKey = frame?.keyNext === true
    if (frame !== undefined) frame.empty = false
    if (this.#isKey || (frame?.next ?? this.#root).wanted) this.#textAt = at
  }

  #endString(chunk: Buffer, end: number): void {
    this.#inString = false
    if (this.#textAt === -1) return
    const at = this.#textAt
    const raw =
      this.#earlier.length === 0 ? chunk.subarray(at, end) : Buffer.concat([...this.#earlier, chunk.subarray(0, end)])
    const isHeld = this.#earlier.length > 0
    this.#forgetText()
    if (this.#isKey) this.#takeKey(raw)
    else this.#takeValue(chunk, { raw, at, end, isHeld })
  }

  #takeKey(raw: Buffer): void {
    this.#isKey = false
    const frame = this.#frame
    if (frame === undefined) return
    const key = raw.toString('utf8', 1, raw.length - 1)
    frame.next = frame.place.below(key)
    frame.keyNext = false
    this.#gaveUp = key.includes('\n')
  }

  #takeValue(
    chunk: Buffer,
    value: { readonly raw: Buffer; readonly at: number; readonly end: number; readonly isHeld: boolean },
  ): void {
    const { raw, at, end, isHeld } = value
    const replacement = this.#replacementOf(raw, (this.#frame?.next ?? this.#root).at)
    if (replacement === undefined && !isHeld) return
    this.#emit(chunk, at)
    this.#out.push(replacement === undefined ? raw : Buffer.from(JSON.stringify(replacement)))
    this.#from = end
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

  /** The chunk ends within a key or a wanted value. */
  #carryOver(chunk: Buffer): void {
    const part = chunk.subarray(this.#textAt)
    this.#earlierBytes += part.length
    if (this.#earlierBytes > longestHeldBytes) {
      // A value of this length is nobody's; without its key nothing behind it has a place.
      if (this.#isKey) this.#gaveUp = true
      else this.#out.push(...this.#earlier)
      this.#forgetText()
      return
    }
    this.#earlier.push(part)
    if (this.#isKey) return
    this.#emit(chunk, this.#textAt)
    this.#from = chunk.length
  }

  #forgetText(): void {
    this.#textAt = -1
    this.#earlier = []
    this.#earlierBytes = 0
  }

  #open(isObject: boolean): void {
    const outer = this.#frame
    if (outer !== undefined) outer.empty = false
    if (this.#frames.length >= deepest) {
      this.#gaveUp = true
      return
    }
    const place = outer?.next ?? this.#root
    this.#frame = { isObject, place, next: isObject ? place : place.below('*'), empty: true, keyNext: isObject }
    this.#frames.push(this.#frame)
  }

  #close(chunk: Buffer, at: number): void {
    const frame = this.#frames.pop()
    this.#frame = this.#frames.at(-1)
    if (frame === undefined || frame.isObject !== (chunk[at] === closeBrace)) {
      this.#gaveUp = true
      return
    }
    const added = frame.isObject ? this.#edits.end(frame.place.at) : undefined
    if (added === undefined) return
    this.#emit(chunk, at)
    this.#out.push(Buffer.from(frame.empty ? added : `, ${added}`))
  }
}
