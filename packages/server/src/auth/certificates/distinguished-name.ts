// The one way in which Gleaner writes the name of a subject or issuer: as RFC 4514 has it, the last part first, read from
// the certificate itself. Programs in front show the same name in a dozen forms, and some of them cannot tell "O=Evil/CN=admin"
// (one part) from two; here whatever could be taken for a separator is escaped. How a text was encoded makes no
// difference, so that a renewed certificate has the name of the one before.
import { type DerNode, derNode, derNodes, derOid, derTag, DerFault } from './der.ts'

const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.4': 'SN',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
/** More parts than any directory uses; it bounds what a hostile certificate costs. */
const mostParts = 64
const mostCharacters = 2000

/** `name` is a Name of X.501, with its identifier and length. Throws a DerFault. */
export function distinguishedName(name: Uint8Array): string {
  const sets = derNodes(expect(derNode(name), derTag.sequence).content)
  if (sets.length === 0) throw new DerFault('it has an empty name')
  if (sets.length > mostParts) throw new DerFault(`its name has more than ${mostParts} parts`)
  const parts = sets.map((set) => {
    const pairs = derNodes(expect(set, derTag.set).content)
    if (pairs.length === 0 || pairs.length > mostParts) throw new DerFault('a part of its name cannot be read')
    return pairs.map(attribute).toSorted().join('+')
  })
  const text = parts.toReversed().join(',')
  if (text.length > mostCharacters) throw new DerFault(`its name is longer than ${mostCharacters} characters`)
  return text
}

function attribute(pair: DerNode): string {
  const [type, value] = derNodes(expect(pair, derTag.sequence).content)
  if (type === undefined || value === undefined) throw new DerFault('a part of its name cannot be read')
  const oid = derOid(expect(type, derTag.oid).content)
  const text = textOf(value)
  return `${shortNames[oid] ?? oid}=${text === undefined ? `#${Buffer.from(value.whole).toString('hex')}` : escaped(text)}`
}

/** Undefined for what is no text. */
function textOf({ tag, content }: DerNode): string | undefined {
  const bytes = Buffer.from(content)
  if (tag === 0x0c) {
    const text = bytes.toString('utf8')
    if (text.includes('\uFFFD')) throw new DerFault('a part of its name is no UTF-8')
    return text
  }
  if (tag === 0x13 || tag === 0x14 || tag === 0x16 || tag === 0x12) return bytes.toString('latin1')
  if (tag === 0x1e && bytes.length % 2 === 0) return bytes.swap16().toString('utf16le')
  return undefined
}

function escaped(text: string): string {
  return text
    .replace(/[\\",+<>;=/]/g, (character) => `\\${character}`)
    .replace(/^[ #]/, (character) => `\\${character}`)
    .replace(/ $/, '\\ ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
      Array.from(Buffer.from(character, 'utf8'), (octet) => `\\${octet.toString(16).padStart(2, '0')}`).join(''),
    )
}

function expect(node: DerNode, tag: number): DerNode {
  if (node.tag !== tag) throw new DerFault('it is not built like a certificate')
  return node
}
