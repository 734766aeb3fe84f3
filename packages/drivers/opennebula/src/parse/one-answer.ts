// What every method of OpenNebula answers, within XML-RPC: an array of (true, value, 0) or (false, message, code, …). The
// first element decides, not the length: some calls answer more. Codes: include/Request.h of OpenNebula.
import { readResponse, type RpcValue, textOf, XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { text as harmless } from './harmless-text.ts'

export const oneCodes = {
  authentication: 256,
  authorization: 512,
  noExists: 1024,
  action: 2048,
  api: 4096,
  internal: 8192,
  allocate: 16384,
  locked: 32768,
  replication: 65536,
} as const

/** OpenNebula understood the call and says no. */
export class OneError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'OneError'
    this.code = code
  }
}

export function readOneAnswer(bytes: Uint8Array): RpcValue {
  const answer = readResponse(bytes)
  const [isGood, value, code] = answer.kind === 'array' ? answer.items : []
  if (isGood?.kind !== 'boolean' || value === undefined) throw notOne('the answer is no answer of OpenNebula')
  if (isGood.is) return value
  if (value.kind !== 'text' || code?.kind !== 'number') throw notOne('the refusal has no message or no code')
  throw new OneError(code.number, harmless(textOf(value.bytes)))
}

/** The document in a good answer. */
export function documentIn(value: RpcValue): Uint8Array {
  if (value.kind !== 'text') throw notOne('the answer holds no document')
  return value.bytes
}

function notOne(message: string): XmlRpcWireError {
  return new XmlRpcWireError('protocol', message)
}
