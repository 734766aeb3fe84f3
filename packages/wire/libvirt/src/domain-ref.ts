// How the wire names a domain: name, uuid and, while it runs, a number. The daemon finds it by its uuid.
import { limits } from './limits.ts'
import { protocolError } from './wire-error.ts'
import type { XdrReader } from './xdr-reader.ts'
import type { XdrWriter } from './xdr-writer.ts'

export interface DomainRef {
  readonly name: string
  /** Lower case with dashes. */
  readonly uuid: string
  /** -1 while it does not run; a new one at each start. */
  readonly id: number
}

/** Smallest size on the wire: empty name, uuid, id. */
export const domainRefMinBytes = 24

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}

export function readDomainRef(reader: XdrReader): DomainRef {
  const name = reader.string(limits.stringBytes)
  const uuid = uuidText(reader.opaque(16))
  const id = reader.int()
  if (name === '') throw protocolError('a domain without a name')
  return { name, uuid, id }
}

export function writeDomainRef(writer: XdrWriter, ref: DomainRef): void {
  writer.string(ref.name).opaque(uuidBytes(ref.uuid)).int(ref.id)
}

export function uuidBytes(uuid: string): Uint8Array {
  if (!isUuid(uuid)) throw new RangeError(`${uuid} is not a uuid`)
  return Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
