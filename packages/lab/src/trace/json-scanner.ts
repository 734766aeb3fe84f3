// Reads JSON piece by piece, however large and however few line breaks it has: only the token at hand is in memory.
// Accepts what Python writes (NaN, Infinity, -Infinity). Tells its listener of keys, values and nesting, with the byte at
// which each begins; stops with a JsonFault at the first byte that cannot be.

export interface JsonListener {
  /** The path is live: object keys and array indices from the root to the value. */
  onContainer(path: readonly (string | number)[], kind: 'object' | 'array'): void
  onEnd(path: readonly (string | number)[]): void
  onNumber(value: number, path: readonly (string | number)[]): void
  onOther(value: string | boolean | null, path: readonly (string | number)[]): void
}

export class JsonFault extends Error {
  readonly byte: number

  constructor(detail: string, byte: number) {
    super(detail)
    this.byte = byte
  }
}

/** Longer names or words are refused instead of collected. */
const longestToken = 1 << 20

const quote = 0x22
const backslash = 0x5c

type Expectation = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing'

export class JsonScanner {
  readonly #listener: JsonListener
  readonly #path: (string | number)[] = []
  readonly #kinds: ('object' | 'array')[] = []
  #expect: Expectation = 'value'
  #byte = 0
  #token: 'none' | 'string' | 'word' = 'none'
  #collected: Buffer[] = []
  #collectedLength = 0
  #isEscaped = false
  #hasEscapes = false

  constructor(listener: JsonListener) {
    this.#listener = listener
  }

  get byte(): number {
    return this.#byte
  }

  get path(): string {
    return this.#path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
      .join('')
      .replace(/^\./, '')
  }

  write(chunk: Buffer): void {
    const { length } = chunk
    const base = this.#byte
    let at = 0
    while (at < length) {
      if (this.#token === 'string') {
        at = this.#continueString(chunk, at)
        continue
      }
      if (this.#token === 'word') {
        at = this.#continueWord(chunk, at)
        continue
      }
      const code = chunk[at] as number
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
        at++
        continue
      }
      this.#byte = base + at
      if (code === 0x2c) {
        this.#comma()
        at++
      } else if (code === quote) {
        if (this.#expect === 'colon' || this.#expect === 'comma-or-end' || this.#expect === 'nothing') this.#wrong('"')
        this.#token = 'string'
        this.#hasEscapes = false
        at++
      } else if (code === 0x3a) {
        if (this.#expect !== 'colon') this.#wrong(':')
        this.#expect = 'value'
        at++
      } else if (code === 0x7b || code === 0x5b) {
        this.#open(code === 0x7b ? 'object' : 'array')
        at++
      } else if (code === 0x7d || code === 0x5d) {
        this.#close(code === 0x7d ? 'object' : 'array')
        at++
      } else {
        if (this.#expect !== 'value' && this.#expect !== 'value-or-end') this.#wrong(String.fromCharCode(code))
        this.#token = 'word'
      }
    }
    this.#byte = base + length
  }

  /** True when a whole document has been read. */
  end(): boolean {
    if (this.#token === 'word') this.#word(this.#collect())
    return this.#expect === 'nothing'
  }

  #continueString(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length) {
      const code = chunk[at] as number
      if (this.#isEscaped) this.#isEscaped = false
      else if (code === backslash) {
        this.#isEscaped = true
        this.#hasEscapes = true
      } else if (code === quote) {
        this.#keep(chunk, start, at)
        this.#string(this.#collect())
        return at + 1
      }
      at++
    }
    this.#keep(chunk, start, at)
    return at
  }

  #continueWord(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length) {
      const code = chunk[at] as number
      if (code === 0x2c || code === 0x5d || code === 0x7d || code <= 0x20 || code === 0x3a || code === quote) {
        if (this.#collectedLength === 0) {
          const exact = exactNumber(chunk, start, at)
          if (exact === exact) this.#number(exact)
          else this.#word(chunk.toString('latin1', start, at))
        } else {
          this.#keep(chunk, start, at)
          this.#word(this.#collect())
        }
        return at
      }
      at++
    }
    this.#keep(chunk, start, at)
    return at
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    this.#collectedLength += end - start
    if (this.#collectedLength > longestToken) this.#fail(`a single word or name is longer than ${longestToken} bytes`)
    this.#collected.push(Buffer.from(chunk.subarray(start, end)))
  }

  #collect(): string {
    const text = Buffer.concat(this.#collected).toString('utf8')
    this.#collected = []
    this.#collectedLength = 0
    return text
  }

  #string(text: string): void {
    this.#token = 'none'
    const value = this.#hasEscapes ? this.#unescape(text) : text
    if (this.#expect === 'key' || this.#expect === 'key-or-end') {
      this.#path[this.#path.length - 1] = value
      this.#expect = 'colon'
      return
    }
    this.#listener.onOther(value, this.#path)
    this.#expect = this.#kinds.length === 0 ? 'nothing' : 'comma-or-end'
  }

  #unescape(text: string): string {
    try {
      return JSON.parse(`"${text}"`) as string
    } catch {
      return this.#fail('a name or text has an escape that does not exist')
    }
  }

  #word(word: string): void {
    if (word === 'true' || word === 'false' || word === 'null') {
      this.#token = 'none'
      this.#listener.onOther(word === 'null' ? null : word === 'true', this.#path)
      this.#expect = this.#kinds.length === 0 ? 'nothing' : 'comma-or-end'
      return
    }
    if (word === 'NaN') return this.#number(Number.NaN)
    if (word === 'Infinity') return this.#number(Number.POSITIVE_INFINITY)
    if (word === '-Infinity') return this.#number(Number.NEGATIVE_INFINITY)
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word))
      this.#fail(`"${word.slice(0, 40)}" is neither a number nor a word of JSON`)
    return this.#number(Number(word))
  }

  #number(value: number): void {
    this.#token = 'none'
    this.#listener.onNumber(value, this.#path)
    this.#expect = this.#kinds.length === 0 ? 'nothing' : 'comma-or-end'
  }

  #open(kind: 'object' | 'array'): void {
    if (this.#expect !== 'value' && this.#expect !== 'value-or-end') this.#wrong(kind === 'object' ? '{' : '[')
    if (this.#kinds.length > 200) this.#fail('nested more than 200 deep')
    this.#listener.onContainer(this.#path, kind)
    this.#kinds.push(kind)
    this.#path.push(kind === 'object' ? '' : 0)
    this.#expect = kind === 'object' ? 'key-or-end' : 'value-or-end'
  }

  #close(kind: 'object' | 'array'): void {
    const mayEnd =
      this.#expect === 'comma-or-end' || this.#expect === (kind === 'object' ? 'key-or-end' : 'value-or-end')
    if (!mayEnd || this.#kinds.at(-1) !== kind) this.#wrong(kind === 'object' ? '}' : ']')
    this.#kinds.pop()
    this.#path.pop()
    this.#listener.onEnd(this.#path)
    this.#expect = this.#kinds.length === 0 ? 'nothing' : 'comma-or-end'
  }

  #comma(): void {
    if (this.#expect !== 'comma-or-end') this.#wrong(',')
    const last = this.#path.length - 1
    if (this.#kinds.at(-1) === 'object') this.#expect = 'key'
    else {
      this.#path[last] = (this.#path[last] as number) + 1
      this.#expect = 'value'
    }
  }

  #wrong(found: string): never {
    return this.#fail(`"${found}" stands where ${this.#expect.replaceAll('-', ' ')} is expected`)
  }

  #fail(detail: string): never {
    throw new JsonFault(detail, this.#byte)
  }
}

const powers = Array.from({ length: 23 }, (_, power) => 10 ** power)

/**
 * The number when it can be computed exactly without the general conversion (at most 15 digits, at most 22 of them behind
 * the point: one division of two exact numbers, correctly rounded); NaN otherwise.
 */
function exactNumber(chunk: Buffer, start: number, end: number): number {
  let at = start
  const isNegative = chunk[at] === 0x2d
  if (isNegative) at++
  if (end - at > 16 || end === at) return Number.NaN
  let digits = 0
  let behind = -1
  let count = 0
  for (; at < end; at++) {
    const code = (chunk[at] as number) - 0x30
    if (code >= 0 && code <= 9) {
      digits = digits * 10 + code
      count++
      if (behind >= 0) behind++
    } else if (code === -2 && behind < 0 && count > 0) behind = 0
    else return Number.NaN
  }
  if (count > 15 || behind === 0) return Number.NaN
  const value = behind > 0 ? digits / (powers[behind] as number) : digits
  return isNegative ? -value : value
}
