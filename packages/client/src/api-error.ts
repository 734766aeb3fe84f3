// What a failed call throws: one class for every failure, whether the server answered with a problem document, with
// something else, or not at all. Has the same words as the error registry (code, remedy), so that a caller prints it as is.
import { type ErrorCode, errorRegistry } from '@gleaner/model'

export interface ApiErrorParts {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** A code of the registry, or of a newer server's registry. */
  readonly code: ErrorCode | (string & {})
  readonly detail: string
  readonly remedy: string
  readonly faults?: readonly unknown[]
}

export class ApiError extends Error {
  readonly status: number
  readonly code: ApiErrorParts['code']
  readonly detail: string
  readonly remedy: string
  readonly faults: readonly unknown[]

  constructor(parts: ApiErrorParts, options: { cause?: unknown } = {}) {
    super(parts.detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ApiError'
    this.status = parts.status
    this.code = parts.code
    this.detail = parts.detail
    this.remedy = parts.remedy
    this.faults = parts.faults ?? []
  }

  /** True when the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return Object.hasOwn(errorRegistry, this.code)
      ? errorRegistry[this.code as ErrorCode].kind === 'unavailable'
      : this.status >= 502
  }
}
