// Translates what PostgreSQL and its driver throw into the registry's errors. What is wrong with one statement (a violated
// constraint, say) is not a fault of the store and is left to the caller, as it came.
import { GleanerError } from '@gleaner/model'
import type { DatabaseError } from 'pg'

/** Faults of the connection below SQL: the server is not there, went away, or is on its way. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
])
/** Messages of the driver for a connection that broke or did not come about in time; it gives them no code. */
const connectionWords =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|Client was closed|timeout expired/
/**
 * 08: connection exceptions. 57P01-57P05: shut down, crashed, starting, idle for too long. 53: no memory, no connection
 * free. 25P03: idle in transaction for too long. 25006: a standby, or made read-only. 57014: statement timeout.
 * 55P03: lock timeout. 58: a file of the database cannot be read or written.
 */
const unavailableStates = /^(?:08|57P0|53|25P03|25006|57014|55P03|58)/
const fullState = '53100'
const refusedStates = /^(?:28|42501|3D000|3F000)/

export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && 'severity' in error
}

/** The name of the violated constraint when the error is a violation of that kind. */
export function violatedConstraint(error: unknown): string | undefined {
  return isDatabaseError(error) && error.code?.startsWith('23') === true ? error.constraint : undefined
}

/** The transaction was rolled back because it and another waited for each other; the other goes on. */
export function isDeadlock(error: unknown): boolean {
  return isDatabaseError(error) && error.code === '40P01'
}

/** The GleanerError for a fault of the store; the error itself when it is none. */
export function translateFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof GleanerError) return error
  const code = (error as { code?: unknown }).code
  if (isDatabaseError(error)) {
    const state = error.code ?? ''
    // PostgreSQL reports a full disk as 53100 when it extends a table, and in words when it writes its log.
    if (state === fullState || /No space left on device/.test(error.message))
      return new GleanerError('store-full', {}, { cause: error })
    if (unavailableStates.test(state))
      return new GleanerError('store-unavailable', { detail: inWords(state, error.message) }, { cause: error })
    if (refusedStates.test(state))
      return new GleanerError('store-refused', { detail: refusal(state, error.message) }, { cause: error })
    return error
  }
  if ((typeof code === 'string' && connectionCodes.has(code)) || connectionWords.test(error.message))
    return new GleanerError('store-unavailable', { detail: connectionDetail(code, error.message) }, { cause: error })
  if (/password must be a string|SASL/.test(error.message))
    return new GleanerError('store-refused', { detail: 'a password is needed' }, { cause: error })
  return error
}

function inWords(state: string, message: string): string {
  if (state === '57014') return 'the statement took too long'
  if (state === '25006') return 'it only reads at the moment'
  if (state === '53300') return 'all of its connections are in use'
  return message
}

function refusal(state: string, message: string): string {
  if (state === '28P01') return 'the password is wrong'
  return message
}

function connectionDetail(code: unknown, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens at its address'
    case 'ENOENT':
      return 'its socket does not exist'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its host name is unknown'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection broke'
    default:
      return /timeout/i.test(message) ? 'no answer in time' : 'the connection broke'
  }
}
