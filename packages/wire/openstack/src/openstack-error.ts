// What can go wrong between us and an OpenStack service, as one class of error. Its texts are made of the method, the
// path, the status and the service's own message; a token, a password or a header is never part of them.

/**
 * - unreachable: no connection, or it broke; deadline: no answer in time;
 * - broken: an answer that is no JSON, too large, or not what the API describes;
 * - rejected: the service answered with an error status;
 * - unauthenticated: keystone does not know the credentials, or the token cannot be renewed;
 * - missing: the catalogue has no such service, or the service does not know the microversion that is needed.
 */
export type OpenStackFault = 'unreachable' | 'deadline' | 'broken' | 'rejected' | 'unauthenticated' | 'missing'

export interface OpenStackErrorDetail {
  /** Of a rejected call. */
  readonly status?: number
  /** The service's own word for the reason, where it gives one (placement does). */
  readonly code?: string
  readonly retryAfterMs?: number
  readonly requestId?: string
  /** The request was certainly not carried out. */
  readonly notSent?: boolean
  readonly cause?: unknown
}

export class OpenStackError extends Error {
  readonly fault: OpenStackFault
  readonly status: number | undefined
  readonly code: string | undefined
  readonly retryAfterMs: number | undefined
  readonly requestId: string | undefined
  readonly notSent: boolean

  constructor(fault: OpenStackFault, message: string, detail: OpenStackErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'OpenStackError'
    this.fault = fault
    this.status = detail.status
    this.code = detail.code
    this.retryAfterMs = detail.retryAfterMs
    this.requestId = detail.requestId
    this.notSent = detail.notSent ?? false
  }
}

export function isStatus(error: unknown, ...statuses: readonly number[]): error is OpenStackError {
  return error instanceof OpenStackError && error.status !== undefined && statuses.includes(error.status)
}
