// Translates every fault on the way, every XML-RPC fault and every refusal of OpenNebula into the six kinds of the
// registry. The original stays as the cause; an aborted call keeps the reason of its signal.
import { type ErrorCode, GleanerError } from '@gleaner/model'
import { type WireFault, XmlRpcFault, XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { isWithoutWord } from './one-client.ts'
import { OneError, oneCodes } from './parse/one-answer.ts'

export interface ErrorContext {
  readonly cloud: string
  /** What the call was about. */
  readonly object: string
  readonly signal: AbortSignal
}

type Judgement = readonly [code: ErrorCode, detail: string]

const wireFaults: Readonly<Record<WireFault, Judgement>> = {
  unreachable: ['cloud-unavailable', 'no connection'],
  untrusted: ['cloud-unavailable', 'its certificate is not trusted; set ca'],
  disconnected: ['cloud-unavailable', 'the connection ended'],
  deadline: ['cloud-unavailable', 'no answer in time'],
  overloaded: ['cloud-unavailable', 'the server or what stands before it is overloaded'],
  refused: ['cloud-refused', 'something before OpenNebula refuses the request'],
  'too-large': ['cloud-broken', 'the answer is longer than any that makes sense'],
  protocol: ['cloud-broken', 'not an answer of OpenNebula'],
}

export function toCloudError(error: unknown, context: ErrorContext): unknown {
  if (error instanceof GleanerError) return error
  if (context.signal.aborted && error === context.signal.reason) return error
  const [code, detail] = judge(error)
  return new GleanerError(code, { cloud: context.cloud, object: context.object, detail }, { cause: error })
}

function judge(error: unknown): Judgement {
  if (error instanceof XmlRpcWireError) return wireFaults[error.fault]
  if (error instanceof OneError) return judgeRefusal(error)
  if (error instanceof XmlRpcFault) {
    return error.code === -506
      ? ['cloud-broken', 'this OpenNebula does not know the call']
      : ['cloud-broken', `XML-RPC fault ${error.code}`]
  }
  if (error instanceof TypeError) return ['cloud-broken', error.message]
  return ['cloud-broken', 'an unforeseen fault']
}

/** OpenNebula has one code for many refusals; the words of its messages have stood since 5.x. */
const noRoom =
  /not enough capacity|no enough capacity|exceeds the|does not have enough|cannot be allocated|no space left/i
const overQuota = /quota|limit of .* reached|limit.*exceeded/i

function judgeRefusal({ code, message }: OneError): Judgement {
  switch (code) {
    case oneCodes.authentication:
      return ['cloud-refused', 'user or password is wrong, or the token has expired']
    case oneCodes.authorization:
      if (/is locked/i.test(message)) return ['cloud-refused', 'it is locked']
      return overQuota.test(message)
        ? ['cloud-capacity', 'the quota of its owner is used up']
        : ['cloud-refused', 'not authorized']
    case oneCodes.noExists:
      return ['cloud-not-found', 'it is gone']
    case oneCodes.action:
      if (overQuota.test(message)) return ['cloud-capacity', 'the quota of its owner is used up']
      if (noRoom.test(message)) return ['cloud-capacity', 'the host has no room']
      return ['cloud-conflict', conflictIn(message)]
    case oneCodes.allocate:
      return ['cloud-capacity', 'OpenNebula cannot allocate it']
    case oneCodes.locked:
      return ['cloud-conflict', 'it is locked by another operation']
    case oneCodes.replication:
      return ['cloud-unavailable', 'no server leads']
    case oneCodes.internal:
      return isWithoutWord(message)
        ? ['cloud-unavailable', 'OpenNebula is overwhelmed and says nothing']
        : ['cloud-broken', 'OpenNebula reports an internal error']
    case oneCodes.api:
      return ['cloud-broken', 'OpenNebula does not accept an argument']
    default:
      return ['cloud-broken', `OpenNebula error ${code}`]
  }
}

/** Of a refused action: what stands in its way. */
function conflictIn(message: string): string {
  const state = /not available for state ([A-Z_]+)/.exec(message)?.[1]
  if (state !== undefined) return `not possible in state ${state}`
  if (/host is offline/i.test(message)) return 'the host is offline'
  if (/is not supported/i.test(message)) return 'this OpenNebula does not know the action'
  return 'OpenNebula does not allow it now'
}
