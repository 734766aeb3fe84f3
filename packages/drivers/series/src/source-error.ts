// Translates every fault of the wire into the codes of the registry. The original stays as the cause; an aborted call keeps
// the reason of its signal.
import { type ErrorCode, GleanerError } from '@gleaner/model'
import { AnswerFault, type AnswerFaultKind } from '@gleaner/wire-timeseries'

const codes: Readonly<Record<AnswerFaultKind, ErrorCode>> = {
  unreachable: 'source-unavailable',
  disconnected: 'source-unavailable',
  deadline: 'source-overloaded',
  refused: 'source-refused',
  missing: 'source-missing',
  rejected: 'source-query',
  overloaded: 'source-overloaded',
  'too-large': 'source-too-large',
  protocol: 'source-broken',
}

export interface Asked {
  readonly source: string
  readonly metric: string
  readonly of: string
}

export function toSourceError(error: unknown, asked: Asked): unknown {
  if (!(error instanceof AnswerFault)) return error
  return new GleanerError(codes[error.fault], { ...asked, detail: error.message }, { cause: error })
}
