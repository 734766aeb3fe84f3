// Reads JSON as it arrives, in pieces of any size, for answers in which a hundred thousand series stand in a few large
// arrays. The visitor says of each value how it wants it: step into it, have it as text, or have all its numbers. Nothing
// is built but what was asked for. More lenient than JSON in one thing only: the words of `readDecimal` count as numbers.
//
// Guarantees: what is not JSON is an AnswerFault that names the byte; so is an end before the end. A single text, number
// or value asked for as text is at most `longestToken` long, nesting at most `deepest`: an answer cannot fill the memory.
import { AnswerFault, printable } from './answer-fault.ts'
import { readDecimal } from './decimal.ts'

/**
 * enter: step into the object or array, a member at a time; text: the whole value as it stands;
 * numbers: a flat array of numbers; pairs: an array of arrays of two numbers, or one such pair.
 */
export type Want = 'enter' | 'text' | 'numbers' | 'pairs'

export interface JsonVisitor {
  /** A value begins: the member `name` of an object, or of an array (`name` undefined), at this depth. */
  member(name: string | undefined, depth: number): Want
  /** A value that was wanted as text, each byte as one character (latin1). */
  text(json: string, name: string | undefined, depth: number): void
  number(value: number): void
  pair(first: number, second: number): void
  /** The object or array that was entered ends; its members were at `depth`. */
  leave(depth: number): void
}

const longestToken = 1 << 20
const deepest = 32

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openObject = 0x7b
const closeObject = 0x7d
const openArray = 0x5b
const closeArray = 0x5d
const needMore = -1

/** What may come next within the innermost object or array. */
const expects = { firstMember: 0, member: 1, colon: 2, value: 3, end: 4 } as const
type Expected = (typeof expects)[keyof typeof expects]

/** Where a list of numbers or pairs stands: its depth, and the numbers of the pair that is open. */
const newList = { inner: 0, count: 0, first: 0, second: 0, separated: true }

export class JsonScanner {
  readonly #visitor: JsonVisitor
  readonly #many: boolean
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  /** Bytes before the buffer: positions in messages count from the beginning of the answer. */
  #passed = 0
  readonly #states: Expected[] = []
  readonly #arrays: boolean[] = []
  #name: string | undefined
  #want: Want | undefined
  #list = newList
  #documents = 0

  /** `many`: several values may follow each other, one after the other. */
  constructor(visitor: JsonVisitor, options: { readonly many?: boolean } = {}) {
    this.#visitor = visitor
    this.#many = options.many ?? false
  }

  push(chunk: Buffer): void {
    const rest = this.#buffer.length - this.#at
    this.#passed += this.#at
    this.#buffer = rest === 0 ? chunk : Buffer.concat([this.#buffer.subarray(this.#at), chunk])
    this.#at = 0
    while (this.#step()) continue
    if (this.#buffer.length - this.#at > longestToken) throw this.#fault('a single value is too long')
  }

  /** The answer has ended: it must be whole. */
  finish(): void {
    this.push(Buffer.from(' '))
    if (this.#states.length > 0 || this.#want !== undefined || this.#buffer.length > this.#at) {
      throw new AnswerFault('protocol', `the answer ends in the middle, after ${this.#passed + this.#at} bytes`)
    }
    if (this.#documents === 0) throw new AnswerFault('protocol', 'the answer is empty')
  }

  /** Goes on by one token; false when the buffer is used up. */
  #step(): boolean {
    if (this.#want === 'numbers' || this.#want === 'pairs') return this.#numbers()
    const byte = this.#peek()
    if (byte === needMore) return false
    const depth = this.#states.length
    if (this.#want !== undefined) return this.#whole()
    if (depth === 0) {
      if (this.#documents > 0 && !this.#many) throw this.#fault('something follows the end')
      return this.#value(undefined)
    }
    const state = this.#states[depth - 1] as Expected
    const isArray = this.#arrays[depth - 1] === true
    switch (state) {
      case expects.firstMember:
      case expects.member:
        if (byte === (isArray ? closeArray : closeObject) && state === expects.firstMember) return this.#close()
        if (isArray) return this.#value(undefined)
        return this.#key(byte)
      case expects.colon:
        if (byte !== colon) throw this.#fault('a colon is missing')
        this.#at++
        this.#states[depth - 1] = expects.value
        return true
      case expects.value:
        return this.#value(this.#name)
      case expects.end:
        if (byte === (isArray ? closeArray : closeObject)) return this.#close()
        if (byte !== comma) throw this.#fault('a comma is missing')
        this.#at++
        this.#states[depth - 1] = expects.member
        return true
    }
  }

  #key(byte: number): boolean {
    if (byte !== quote) throw this.#fault('a name is missing')
    const end = this.#stringEnd(this.#at)
    if (end === needMore) return false
    this.#name = this.#buffer.toString('latin1', this.#at + 1, end - 1)
    this.#at = end
    this.#states[this.#states.length - 1] = expects.colon
    return true
  }

  #value(name: string | undefined): boolean {
    const depth = this.#states.length
    const want = this.#visitor.member(name, depth)
    this.#name = name
    if (want !== 'enter') {
      this.#want = want
      this.#list = newList
      return true
    }
    const byte = this.#buffer[this.#at] as number
    if (byte !== openObject && byte !== openArray) throw this.#fault('an object or a list is missing')
    if (depth >= deepest) throw this.#fault('it nests too deep')
    this.#at++
    if (depth > 0) this.#states[depth - 1] = expects.end
    this.#states.push(expects.firstMember)
    this.#arrays.push(byte === openArray)
    return true
  }

  #close(): boolean {
    this.#at++
    const depth = this.#states.length
    this.#states.pop()
    this.#arrays.pop()
    this.#visitor.leave(depth)
    if (depth === 1) this.#documents++
    return true
  }

  #whole(): boolean {
    const end = this.#valueEnd()
    if (end === needMore) return false
    const json = this.#buffer.toString('latin1', this.#at, end)
    this.#at = end
    this.#valueDone()
    this.#visitor.text(json, this.#name, this.#states.length)
    return true
  }

  #valueDone(): void {
    this.#want = undefined
    const depth = this.#states.length
    if (depth > 0) this.#states[depth - 1] = expects.end
    else this.#documents++
  }

  /**
   * Numbers and pairs: the part that reads millions, in one loop over the buffer. Left at a token that is not whole, so
   * that it goes on there with the next piece.
   */
  #numbers(): boolean {
    const bytes = this.#buffer
    const { length } = bytes
    const visitor = this.#visitor
    const pairs = this.#want === 'pairs'
    let { inner, count, first, second, separated } = this.#list
    let at = this.#at
    let more = false
    while (!more) {
      let byte = bytes[at] as number
      while (byte <= 0x20) byte = bytes[++at] as number
      if (at >= length) break
      if (byte === comma) {
        if (separated) throw this.#fault('a number is missing', at)
        separated = true
        at++
      } else if (byte === openArray) {
        if (!separated && inner > 0) throw this.#fault('a comma is missing', at)
        inner++
        if (inner > (pairs ? 2 : 1)) throw this.#fault('it nests too deep', at)
        count = 0
        separated = true
        at++
      } else if (byte === closeArray) {
        if (inner === 0) throw this.#fault('a list is missing', at)
        if (separated && count > 0) throw this.#fault('a number is missing', at)
        if (pairs && count > 0) {
          if (count !== 2) throw this.#fault('a pair has not two numbers', at)
          visitor.pair(first, second)
        }
        count = 0
        separated = false
        at++
        if (--inner === 0) more = true
      } else {
        if (inner === 0) throw this.#fault('a list is missing', at)
        if (!separated) throw this.#fault('a comma is missing', at)
        const quoted = byte === quote
        const end = quoted ? bytes.indexOf(quote, at + 1) + 1 : scalarEnd(bytes, at)
        if (end === 0 || end >= length) break
        const value = quoted ? readDecimal(bytes, at + 1, end - 1) : readDecimal(bytes, at, end)
        if (value === undefined) throw this.#fault('a number is missing', at)
        at = end
        separated = false
        if (!pairs) visitor.number(value)
        else if (count === 0) first = value
        else second = value
        count++
        if (pairs && count > 2) throw this.#fault('a pair has not two numbers', at)
      }
    }
    this.#at = at
    this.#list = { inner, count, first, second, separated }
    if (more) this.#valueDone()
    return more
  }

  /** The next byte that is no white space. */
  #peek(): number {
    const bytes = this.#buffer
    while (this.#at < bytes.length && (bytes[this.#at] as number) <= 0x20) this.#at++
    return this.#at < bytes.length ? (bytes[this.#at] as number) : needMore
  }

  #valueEnd(): number {
    const bytes = this.#buffer
    const byte = bytes[this.#at] as number
    if (byte === quote) return this.#stringEnd(this.#at)
    if (byte !== openObject && byte !== openArray) {
      const end = scalarEnd(bytes, this.#at)
      if (end >= bytes.length) return needMore
      if (end === this.#at || !isScalar(bytes.toString('latin1', this.#at, end)))
        throw this.#fault('a value is missing')
      return end
    }
    let depth = 0
    for (let at = this.#at; at < bytes.length; at++) {
      const here = bytes[at] as number
      if (here === quote) {
        at = this.#stringEnd(at) - 1
        if (at < 0) return needMore
      } else if (here === openObject || here === openArray) depth++
      else if ((here === closeObject || here === closeArray) && --depth === 0) return at + 1
    }
    return needMore
  }

  /** Behind the closing quote of the string that opens at `start`. */
  #stringEnd(start: number): number {
    const bytes = this.#buffer
    let from = start + 1
    for (;;) {
      const end = bytes.indexOf(quote, from)
      if (end === -1) return needMore
      let slashes = 0
      while (bytes[end - 1 - slashes] === backslash) slashes++
      if (slashes % 2 === 0) return end + 1
      from = end + 1
    }
  }

  #fault(what: string, at = this.#at): AnswerFault {
    const near = printable(this.#buffer.toString('utf8', at, at + 40))
    return new AnswerFault('protocol', `${what} at byte ${this.#passed + at} (${near})`)
  }
}

function scalarEnd(bytes: Buffer, start: number): number {
  let at = start
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === comma || byte === closeArray || byte === closeObject || byte <= 0x20) break
  }
  return at
}

function isScalar(text: string): boolean {
  return text === 'true' || text === 'false' || readDecimal(Buffer.from(text, 'latin1'), 0, text.length) !== undefined
}

/** A text of the scanner back to what it stands for. Undefined when it is not JSON after all. */
export function parseLatin1(json: string): unknown {
  try {
    return JSON.parse(Buffer.from(json, 'latin1').toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
