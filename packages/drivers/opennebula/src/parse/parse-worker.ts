// The thread that reads long answers. One task at a time; what went wrong is sent as plain values and made an error again
// on the other side.
import { parentPort } from 'node:worker_threads'
import { XmlRpcFault, XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { OneError } from './one-answer.ts'
import { parse, type ParseKind } from './parse-task.ts'

export interface ParseOrder {
  readonly number: number
  readonly kind: ParseKind
  readonly bytes: Uint8Array
}

export type ParseFailure =
  | { readonly kind: 'one' | 'fault'; readonly code: number; readonly message: string }
  | { readonly kind: 'wire' | 'other'; readonly message: string }

export type ParseReply =
  | { readonly number: number; readonly result: unknown; readonly failure?: undefined }
  | { readonly number: number; readonly failure: ParseFailure }

export function failureOf(error: unknown): ParseFailure {
  if (error instanceof OneError) return { kind: 'one', code: error.code, message: error.message }
  if (error instanceof XmlRpcFault) return { kind: 'fault', code: error.code, message: error.message }
  if (error instanceof XmlRpcWireError) return { kind: 'wire', message: error.message }
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) }
}

export function errorOf(failure: ParseFailure): Error {
  switch (failure.kind) {
    case 'one':
      return new OneError(failure.code, failure.message)
    case 'fault':
      return new XmlRpcFault(failure.code, failure.message)
    case 'wire':
      return new XmlRpcWireError('protocol', failure.message)
    case 'other':
      return new TypeError(failure.message)
  }
}

parentPort?.on('message', ({ number, kind, bytes }: ParseOrder) => {
  let reply: ParseReply
  try {
    reply = { number, result: parse(kind, bytes) }
  } catch (error) {
    reply = { number, failure: failureOf(error) }
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(reply)
})
