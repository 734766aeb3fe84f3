// What can go wrong between a question to a time-series database and the last byte of its answer. An aborted call rejects
// with the reason of its signal and is none of these. Messages hold what the server said (see `printable`) and never a
// header that was sent.

/**
 * - unreachable: no connection came about; disconnected: it ended before the answer did; deadline: not whole in time;
 * - refused: the server wants other credentials, or forbids it; missing: there is no such path or database;
 * - rejected: the server does not accept the question; overloaded: it cannot answer it now, or not in one piece;
 * - too-large: the answer is larger than what was allowed; protocol: bytes that are no such answer.
 */
export type AnswerFaultKind =
  | 'unreachable'
  | 'disconnected'
  | 'deadline'
  | 'refused'
  | 'missing'
  | 'rejected'
  | 'overloaded'
  | 'too-large'
  | 'protocol'

export class AnswerFault extends Error {
  readonly fault: AnswerFaultKind

  constructor(fault: AnswerFaultKind, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AnswerFault'
    this.fault = fault
  }
}

const longestText = 200

/** Words of a server on one line, without control characters, cut to a bearable length. */
export function printable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line
}
