// One thread of a run: takes a trace, says how many bytes it has read, gives the result or what went wrong. Ends when told.
import { parentPort } from 'node:worker_threads'
import { GleanerError } from '@gleaner/model/errors'
import { type EstimateTask, estimateTrace, type TraceResult } from './estimate-trace.ts'

export type WorkerAnswer =
  | { readonly kind: 'bytes'; readonly count: number }
  | { readonly kind: 'done'; readonly result: TraceResult }
  | { readonly kind: 'failed'; readonly failure: TraceFailure }

export interface TraceFailure {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

export function failureOf(error: unknown): TraceFailure {
  if (error instanceof GleanerError) return { code: error.code, message: error.message, remedy: error.remedy }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), remedy: '' }
}

/** Reading tells of each megabyte: more would only keep the threads busy with messages. */
const bytesPerMessage = 1 << 20

parentPort?.on('message', (task: EstimateTask) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const answer = (message: WorkerAnswer): void => parentPort?.postMessage(message)
  let waiting = 0
  const onBytes = (count: number): void => {
    waiting += count
    if (waiting < bytesPerMessage) return
    answer({ kind: 'bytes', count: waiting })
    waiting = 0
  }
  const rest = (): void => answer({ kind: 'bytes', count: waiting })
  estimateTrace(task, onBytes).then(
    (result) => {
      rest()
      answer({ kind: 'done', result })
    },
    (error: unknown) => {
      rest()
      answer({ kind: 'failed', failure: failureOf(error) })
    },
  )
})
