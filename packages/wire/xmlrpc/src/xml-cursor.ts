// Walks through an XML document from one element to the next, without building a tree of what nobody asks for.
//
// Strict where a mistake would change the meaning: tags match, nothing follows the root, references are known, the bytes
// are UTF-8, the depth is bounded, and a document type declaration (with it every entity bomb) is refused. Lenient where a
// user of the cloud could otherwise spoil the reading for all others: any character may stand in text and in names.
// Attributes are skipped; comments and processing instructions do not exist.
//
// The markup is all ASCII, so it is looked for in the bytes taken as Latin-1, where offsets are the same; only the text
// that is asked for is decoded.
import { isUtf8 } from 'node:buffer'
import { limits } from './limits.ts'
import { unescapeBytes } from './unescape.ts'
import { protocolError } from './wire-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
const needsDecoding = /[&\u0080-\u00ff]/
const endOfName = /[\t\n\r />]/g
const impossibleInName = /[<&"'=]/

export class XmlCursor {
  readonly #bytes: Uint8Array
  readonly #raw: string
  readonly #open: string[] = []
  #at = 0
  /** The element just entered ended with its own tag: <A/>. */
  #isEmpty = false
  #isDone = false

  constructor(bytes: Uint8Array) {
    if (!isUtf8(bytes)) throw protocolError('the document is not in UTF-8')
    this.#bytes = bytes
    this.#raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    if (this.#raw.startsWith('\u00ef\u00bb\u00bf')) this.#at = 3
    checkDeclaration(this.#raw, this.#at)
  }

  /** Enters the root element; its name. */
  root(): string {
    const at = this.#markup()
    if (this.#raw.slice(this.#at, at).trim() !== '') throw protocolError('there is text before the root element')
    if (this.#raw[at + 1] === '/') throw protocolError('a tag is closed that was never opened')
    return this.#enter(at)
  }

  /** Enters the next child of the current element and tells its name; at the end of the element leaves it. */
  child(): string | undefined {
    if (this.#leaveEmpty()) return undefined
    const at = this.#markup()
    if (this.#raw[at + 1] === '/') {
      this.#leave(at)
      return undefined
    }
    return this.#enter(at)
  }

  /** The text of the current element, its children left out; leaves it. */
  text(): string {
    const parts = this.#parts()
    const [only] = parts
    if (only === undefined) return ''
    return parts.length === 1 ? this.#decode(only) : parts.map((part) => this.#decode(part)).join('')
  }

  /** The same as bytes: for a document that stands escaped in another. */
  textBytes(): Uint8Array {
    const parts = this.#parts().map(({ from, to, isLiteral }) => {
      const bytes = this.#bytes.subarray(from, to)
      return isLiteral ? bytes : unescapeBytes(bytes)
    })
    const [only] = parts
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
  }

  /** The first child, entered; or the text of an element that has none, which is left. */
  childOrText():
    | { readonly first: string; readonly text: undefined }
    | { readonly first: undefined; readonly text: Uint8Array } {
    const at = this.#isEmpty ? -1 : this.#markup()
    if (at < 0 || this.#raw.charCodeAt(at + 1) === slash) return { first: undefined, text: this.textBytes() }
    return { first: this.#enter(at), text: undefined }
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** Leaves the current element without looking at what it holds. */
  skip(): void {
    const depth = this.#open.length - 1
    do {
      while (this.child() !== undefined);
    } while (this.#open.length > depth)
  }

  /** After the root was left: throws when something follows it. */
  end(): void {
    if (!this.#isDone) throw protocolError('the root element was not read to its end')
    let at = this.#raw.indexOf('<', this.#at)
    while (at >= 0) {
      const after = this.#afterRemark(at)
      if (after === undefined) throw protocolError('something follows the root element')
      if (this.#raw.slice(this.#at, at).trim() !== '') break
      this.#at = after
      at = this.#raw.indexOf('<', after)
    }
    if (this.#raw.slice(this.#at, at < 0 ? undefined : at).trim() !== '') {
      throw protocolError('text follows the root element')
    }
  }

  /** Where the next tag begins; text, comments and instructions are passed over. */
  #markup(): number {
    let at = this.#raw.indexOf('<', this.#at)
    for (;;) {
      if (at < 0) throw protocolError('the document ends in the middle')
      const after = this.#afterRemark(at) ?? this.#afterLiteral(at)?.after
      if (after === undefined) return at
      if (this.#open.length === 0) this.#at = after
      at = this.#raw.indexOf('<', after)
    }
  }

  /** The pieces of text directly below the current element; leaves it. */
  #parts(): readonly Part[] {
    if (this.#leaveEmpty()) return []
    const parts: Part[] = []
    const add = (from: number, to: number, isLiteral: boolean) => {
      if (to > from) parts.push({ from, to, isLiteral })
    }
    for (;;) {
      const from = this.#at
      const at = this.#raw.indexOf('<', from)
      if (at < 0) throw protocolError('the document ends in the middle')
      add(from, at, false)
      if (this.#raw.charCodeAt(at + 1) === slash) {
        this.#leave(at)
        return parts
      }
      const literal = this.#afterLiteral(at)
      if (literal !== undefined) add(literal.from, literal.to, true)
      const after = literal?.after ?? this.#afterRemark(at)
      if (after === undefined) {
        this.#enter(at)
        this.skip()
      } else this.#at = after
    }
  }

  #decode({ from, to, isLiteral }: Part): string {
    const raw = this.#raw.slice(from, to)
    if (!needsDecoding.test(raw)) return raw
    const bytes = this.#bytes.subarray(from, to)
    return utf8.decode(isLiteral ? bytes : unescapeBytes(bytes))
  }

  #enter(at: number): string {
    if (this.#isDone) throw protocolError('there is more than one root element')
    if (this.#raw.charCodeAt(at + 1) === exclamation) throw protocolError('the document has a type declaration')
    if (this.#open.length >= limits.depth) throw protocolError(`more than ${limits.depth} elements within each other`)
    endOfName.lastIndex = at + 1
    const nameEnd = endOfName.exec(this.#raw)?.index ?? -1
    const name = this.#raw.slice(at + 1, nameEnd)
    if (nameEnd < 0 || name === '' || name.length > limits.nameBytes || impossibleInName.test(name)) {
      throw protocolError('a tag without a proper name')
    }
    const end = this.#raw.charCodeAt(nameEnd) === greater ? nameEnd : this.#tagEnd(nameEnd)
    this.#isEmpty = this.#raw.charCodeAt(end - 1) === slash
    this.#open.push(name)
    this.#at = end + 1
    return name
  }

  /** Past the attributes: a ">" within quotes does not end the tag. */
  #tagEnd(from: number): number {
    for (let at = from; at < this.#raw.length; at++) {
      const code = this.#raw.charCodeAt(at)
      if (code === greater) return at
      if (code === less) break
      if (code !== quote && code !== apostrophe) continue
      at = this.#raw.indexOf(this.#raw[at] ?? '', at + 1)
      if (at < 0) break
    }
    throw protocolError('a tag that does not end')
  }

  #leave(at: number): void {
    const name = this.#open.pop()
    const end = name === undefined ? -1 : at + 2 + name.length
    if (name === undefined || !this.#raw.startsWith(name, at + 2))
      throw protocolError('a tag is closed that is not open')
    let after = end
    while (this.#raw.charCodeAt(after) <= space) after++
    if (this.#raw.charCodeAt(after) !== greater) throw protocolError('a tag is closed that is not open')
    this.#at = after + 1
    if (this.#open.length === 0) this.#isDone = true
  }

  #leaveEmpty(): boolean {
    if (!this.#isEmpty) return false
    this.#isEmpty = false
    this.#open.pop()
    if (this.#open.length === 0) this.#isDone = true
    return true
  }

  #afterRemark(at: number): number | undefined {
    const code = this.#raw.charCodeAt(at + 1)
    if (code === question) return this.#after('?>', at + 2)
    if (code !== exclamation || !this.#raw.startsWith('--', at + 2)) return undefined
    return this.#after('-->', at + 4)
  }

  #afterLiteral(at: number): { readonly from: number; readonly to: number; readonly after: number } | undefined {
    if (this.#raw.charCodeAt(at + 1) !== exclamation || !this.#raw.startsWith('[CDATA[', at + 2)) return undefined
    if (this.#open.length === 0) throw protocolError('text outside of the root element')
    const after = this.#after(']]>', at + 9)
    return { from: at + 9, to: after - 3, after }
  }

  #after(word: string, from: number): number {
    const at = this.#raw.indexOf(word, from)
    if (at < 0) throw protocolError('the document ends in the middle')
    return at + word.length
  }
}

interface Part {
  readonly from: number
  readonly to: number
  /** A CDATA section: nothing in it is escaped. */
  readonly isLiteral: boolean
}

const [slash, exclamation, question, less, greater, quote, apostrophe, space] = [
  0x2f, 0x21, 0x3f, 0x3c, 0x3e, 0x22, 0x27, 0x20,
]

function checkDeclaration(raw: string, from: number): void {
  if (!raw.startsWith('<?xml', from)) return
  const declaration = raw.slice(from, raw.indexOf('?>', from))
  const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1]
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) {
    throw protocolError(`the document says it is in ${encoding.slice(0, 40)}, not in UTF-8`)
  }
}
