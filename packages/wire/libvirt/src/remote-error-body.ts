// The body of a failed reply (virNetMessageError). Only code, domain and message say anything; the rest is read so that
// a cut or overlong body is noticed.
import { readDomainRef, writeDomainRef, type DomainRef } from './domain-ref.ts'
import { limits } from './limits.ts'
import { LibvirtRemoteError } from './wire-error.ts'
import type { XdrReader } from './xdr-reader.ts'
import { XdrWriter } from './xdr-writer.ts'

const errorLevel = 2

export function readRemoteError(reader: XdrReader): LibvirtRemoteError {
  const code = reader.int()
  const domain = reader.int()
  const message = reader.optional(string)
  reader.int()
  reader.optional(readDomainRef)
  for (let i = 0; i < 3; i++) reader.optional(string)
  reader.int()
  reader.int()
  reader.optional(readNetwork)
  reader.end()
  return new LibvirtRemoteError(code, domain, message ?? `error ${code} without a message`)
}

/** What a daemon sends; for fakes. */
export function encodeRemoteError(error: LibvirtRemoteError): Uint8Array {
  const writer = new XdrWriter().int(error.code).int(error.domain)
  writer.optional(error.message, (to, text) => to.string(text)).int(errorLevel)
  writer.optional<DomainRef>(undefined, writeDomainRef)
  for (let i = 0; i < 3; i++) writer.uint(0)
  return writer.int(-1).int(-1).uint(0).bytes()
}

function string(reader: XdrReader): string {
  return reader.string(limits.stringBytes)
}

function readNetwork(reader: XdrReader): void {
  string(reader)
  reader.opaque(16)
}
