// The values of XML-RPC that we send and that we understand, and how they are written and read.
//
// Text that comes back is handed out as bytes that are not decoded yet: OpenNebula puts a whole document into it, which is
// then read as what it is. A value without a type is a string (XML-RPC, "<value>s"); <i8> and <nil/> are extensions that
// the library behind OpenNebula uses.
import { limits } from './limits.ts'
import { protocolError } from './wire-error.ts'
import type { XmlCursor } from './xml-cursor.ts'

/** A number is sent as a 32-bit integer: OpenNebula takes no other. */
export type RpcArgument = string | number | boolean

export type RpcValue =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'boolean'; readonly is: boolean }
  | { readonly kind: 'nil' }
  | { readonly kind: 'array'; readonly items: readonly RpcValue[] }
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, RpcValue> }

export function writeValue(value: RpcArgument): string {
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`
  if (typeof value === 'string') return `<value><string>${escaped(value)}</string></value>`
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fff_ffff) throw new TypeError('not a 32-bit integer')
  return `<value><int>${value}</int></value>`
}

/** Reads the inside of a <value>, which has just been entered, and leaves it. */
export function readValue(cursor: XmlCursor): RpcValue {
  const { first, text } = cursor.childOrText()
  if (first === undefined) return { kind: 'text', bytes: text }
  const value = readTyped(first, cursor)
  if (cursor.child() !== undefined) throw protocolError('a value of two types')
  return value
}

function readTyped(type: string, cursor: XmlCursor): RpcValue {
  switch (type) {
    case 'string':
      return { kind: 'text', bytes: cursor.textBytes() }
    case 'int':
    case 'i4':
    case 'i8':
      return { kind: 'number', number: readNumber(cursor.text(), /^\s*[+-]?\d{1,19}\s*$/) }
    case 'double':
      return { kind: 'number', number: readNumber(cursor.text(), /^\s*[+-]?\d{1,400}(\.\d{1,400})?\s*$/) }
    case 'boolean':
      return { kind: 'boolean', is: readBoolean(cursor.text().trim()) }
    case 'nil':
      cursor.skip()
      return { kind: 'nil' }
    case 'array':
      return { kind: 'array', items: readArray(cursor) }
    case 'struct':
      return { kind: 'struct', members: readStruct(cursor) }
    default:
      throw protocolError(`a value of the unknown type ${type.slice(0, 40)}`)
  }
}

function readArray(cursor: XmlCursor): readonly RpcValue[] {
  const items: RpcValue[] = []
  if (cursor.child() !== 'data') throw protocolError('an array without data')
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name !== 'value' || items.length >= limits.values)
      throw protocolError('an array of something else or without end')
    items.push(readValue(cursor))
  }
  if (cursor.child() !== undefined) throw protocolError('an array with two lots of data')
  return items
}

function readStruct(cursor: XmlCursor): ReadonlyMap<string, RpcValue> {
  const members = new Map<string, RpcValue>()
  for (let tag = cursor.child(); tag !== undefined; tag = cursor.child()) {
    if (tag !== 'member' || members.size >= limits.values)
      throw protocolError('a struct of something else or without end')
    if (cursor.child() !== 'name') throw protocolError('a member without a name')
    const name = cursor.text()
    if (cursor.child() !== 'value') throw protocolError('a member without a value')
    members.set(name, readValue(cursor))
    if (cursor.child() !== undefined) throw protocolError('a member with more than name and value')
  }
  return members
}

function readNumber(text: string, form: RegExp): number {
  if (!form.test(text)) throw protocolError('a number that is none')
  return Number(text)
}

function readBoolean(text: string): boolean {
  if (text !== '0' && text !== '1') throw protocolError('a boolean that is neither 0 nor 1')
  return text === '1'
}

function escaped(text: string): string {
  // XML has no way to write them, escaped or not.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) {
    throw new TypeError('a text with characters that XML does not have')
  }
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
  return text.replace(/[&<>\r]/g, (character) => entities[character] ?? character)
}
