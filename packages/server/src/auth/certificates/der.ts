// Reads DER, as far as certificates and revocation lists need it. Whatever is cut off, too long or of a length that DER does
// not know is a DerFault: what comes from outside is never read past its end.

export class DerFault extends Error {}

export interface DerNode {
  /** The whole identifier octet: 0x30 is a SEQUENCE, 0xa0 the first context-specific part. */
  readonly tag: number
  readonly content: Uint8Array
  /** Identifier and length included. */
  readonly whole: Uint8Array
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** The nodes that stand one after the other in `bytes`. */
export function derNodes(bytes: Uint8Array): readonly DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < bytes.length; ) {
    const node = derNode(bytes.subarray(at))
    nodes.push(node)
    at += node.whole.length
  }
  return nodes
}

/** The node at the beginning of `bytes`. */
export function derNode(bytes: Uint8Array): DerNode {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) throw new DerFault('it ends too early')
  if ((tag & 0x1f) === 0x1f) throw new DerFault('it has a tag of several octets')
  let length = first
  let from = 2
  if (first > 0x7f) {
    const octets = first & 0x7f
    if (octets === 0 || octets > 4) throw new DerFault('it has a length that is not DER')
    length = 0
    for (; from < 2 + octets; from++) {
      const octet = bytes[from]
      if (octet === undefined) throw new DerFault('it ends too early')
      length = length * 256 + octet
    }
  }
  if (from + length > bytes.length) throw new DerFault('it ends too early')
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(0, from + length) }
}

export function derOid(content: Uint8Array): string {
  const parts: number[] = []
  let value = 0
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER / 128) throw new DerFault('it has an object identifier that is too long')
    if (octet > 0x7f) continue
    if (parts.length === 0)
      parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    else parts.push(value)
    value = 0
  }
  return parts.join('.')
}

/** Upper-case hexadecimal digits without leading zeros, as OpenSSL shows serial numbers. */
export function derInteger(content: Uint8Array): string {
  return Buffer.from(content)
    .toString('hex')
    .toUpperCase()
    .replace(/^0+(?=.)/, '')
}

/** UTCTime or GeneralizedTime in the one form that certificates may use: to the second, in UTC. */
export function derTimeMs({ tag, content }: DerNode): number {
  const text = Buffer.from(content).toString('latin1')
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text)
  const [, yearText = '', month, day, hour, minute, second] = match ?? []
  const isUtcTime = tag === derTag.utcTime
  if (match === null || yearText.length !== (isUtcTime ? 2 : 4)) throw new DerFault('it has a time that cannot be read')
  const year = Number(yearText)
  // RFC 5280, 4.1.2.5.1.
  const fullYear = isUtcTime ? year + (year >= 50 ? 1900 : 2000) : year
  return Date.UTC(fullYear, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
}
