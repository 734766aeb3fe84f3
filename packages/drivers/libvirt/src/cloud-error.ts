// Translates every fault of the wire and of libvirt into the six kinds of the registry. The original stays as the cause;
// an aborted call keeps the reason of its signal.
import { type ErrorCode, GleanerError } from '@gleaner/model'
import { errorNumbers, LibvirtRemoteError, LibvirtWireError, type WireFault } from '@gleaner/wire-libvirt'

export interface ErrorContext {
  /** Cloud and host, for people. */
  readonly where: string
  /** What the call was about. */
  readonly object: string
  readonly signal?: AbortSignal | undefined
}

const wireFaults: Readonly<Record<WireFault, readonly [ErrorCode, string]>> = {
  unreachable: ['cloud-unavailable', 'no connection'],
  refused: ['cloud-refused', 'the connection is not allowed'],
  disconnected: ['cloud-unavailable', 'the connection ended'],
  deadline: ['cloud-unavailable', 'no answer in time'],
  protocol: ['cloud-broken', 'not the libvirt protocol'],
}

const remoteErrors: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [errorNumbers.noDomain, ['cloud-not-found', 'it is gone']],
  [errorNumbers.operationInvalid, ['cloud-conflict', 'libvirt does not allow it in this state']],
  [errorNumbers.operationTimeout, ['cloud-conflict', 'another operation is under way']],
  [errorNumbers.resourceBusy, ['cloud-conflict', 'it is busy']],
  [errorNumbers.agentUnresponsive, ['cloud-conflict', 'the guest agent does not answer']],
  [errorNumbers.invalidArgument, ['cloud-conflict', 'libvirt does not accept the value']],
  [errorNumbers.operationDenied, ['cloud-refused', 'the connection is read-only']],
  [errorNumbers.accessDenied, ['cloud-refused', 'access denied']],
  [errorNumbers.authFailed, ['cloud-refused', 'authentication failed']],
  [errorNumbers.authCancelled, ['cloud-refused', 'authentication cancelled']],
  [errorNumbers.authUnavailable, ['cloud-refused', 'nobody is there to authenticate']],
  [errorNumbers.noSupport, ['cloud-refused', 'libvirt does not offer this here']],
  [errorNumbers.configUnsupported, ['cloud-refused', 'the domain is not configured for this']],
  [errorNumbers.argumentUnsupported, ['cloud-refused', 'libvirt does not offer this here']],
  [errorNumbers.operationUnsupported, ['cloud-refused', 'libvirt does not offer this here']],
  [errorNumbers.noMemory, ['cloud-capacity', 'out of memory']],
  [errorNumbers.rpc, ['cloud-unavailable', 'the daemon reports a connection fault']],
  [errorNumbers.invalidConnection, ['cloud-unavailable', 'the daemon has closed the connection']],
])

/** qemu and the kernel say this in words only. */
const noRoom = /cannot allocate memory|no space left on device|disk quota exceeded|insufficient (free )?memory/i

export function toCloudError(error: unknown, context: ErrorContext): unknown {
  if (error instanceof GleanerError) return error
  if (context.signal?.aborted && error === context.signal.reason) return error
  const [code, detail] = judge(error)
  return new GleanerError(code, { cloud: context.where, object: context.object, detail }, { cause: error })
}

function judge(error: unknown): readonly [ErrorCode, string] {
  if (error instanceof LibvirtWireError) return wireFaults[error.fault]
  if (!(error instanceof LibvirtRemoteError)) return ['cloud-broken', 'an unforeseen fault']
  if (noRoom.test(error.message)) return ['cloud-capacity', 'the host has no room']
  return remoteErrors.get(error.code) ?? ['cloud-broken', `libvirt error ${error.code}`]
}
