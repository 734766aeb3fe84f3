// Translates every fault of the wire and of the services into the six kinds of the registry. The original stays as the
// cause; an aborted call keeps the reason of its signal.
import { type ErrorCode, GleanerError } from '@gleaner/model'
import { OpenStackError, type OpenStackFault, SettingsError } from '@gleaner/wire-openstack'

export interface ErrorContext {
  /** The cloud, for people. */
  readonly where: string
  /** What the call was about. */
  readonly object: string
  readonly signal?: AbortSignal | undefined
}

const faults: Readonly<Record<Exclude<OpenStackFault, 'rejected'>, ErrorCode>> = {
  unreachable: 'cloud-unavailable',
  deadline: 'cloud-unavailable',
  broken: 'cloud-broken',
  unauthenticated: 'cloud-refused',
  missing: 'cloud-broken',
}

const statuses: ReadonlyMap<number, ErrorCode> = new Map([
  // Nova answers 400 also to what is impossible at the moment, such as a migration to a host that does not fit.
  [400, 'cloud-conflict'],
  [403, 'cloud-refused'],
  [404, 'cloud-not-found'],
  [409, 'cloud-conflict'],
  [413, 'cloud-unavailable'],
  [429, 'cloud-unavailable'],
  [502, 'cloud-unavailable'],
  [503, 'cloud-unavailable'],
  [504, 'cloud-unavailable'],
])

const noRoom = /quota exceeded|no valid host|unable to allocate inventory|exceeds? capacity/i

export function toCloudError(error: unknown, { where, object, signal }: ErrorContext): unknown {
  if (error instanceof GleanerError) return error
  if (signal?.aborted && error === signal.reason) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new GleanerError(codeOf(error), { cloud: where, object, detail }, { cause: error })
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof SettingsError) return 'cloud-unavailable'
  if (!(error instanceof OpenStackError)) return 'cloud-broken'
  if (error.fault !== 'rejected') return faults[error.fault]
  // A quota that is used up is refused with 403; it is room that is missing, not a right.
  if ((error.status === 403 || error.status === 409) && noRoom.test(error.message)) return 'cloud-capacity'
  return statuses.get(error.status ?? 0) ?? 'cloud-broken'
}
