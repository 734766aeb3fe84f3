// Carries out tasks on as many threads as there are cores, largest trace first, so that no long one begins last. A task
// that fails does not stop the others. Aborting ends the threads at once: what is finished stays, the rest is asked again
// by the next run. Where the code runs from its sources (tests), the tasks run one by one in this thread.
import { Worker } from 'node:worker_threads'
import { traceBytes } from '../trace/open-trace.ts'
import { type EstimateTask, estimateTrace, type TraceResult } from './estimate-trace.ts'
import { failureOf, type TraceFailure, type WorkerAnswer } from './estimate-worker.ts'

export interface PoolEvents {
  onBytes(count: number): void
  onResult(task: EstimateTask, result: TraceResult): void
  onFailure(task: EstimateTask, failure: TraceFailure): void
}

export interface PoolOptions {
  readonly threads: number
  readonly signal?: AbortSignal
}

export async function runPool(
  tasks: readonly EstimateTask[],
  events: PoolEvents,
  { threads, signal }: PoolOptions,
): Promise<void> {
  const queue = [...tasks].sort((a, b) => traceBytes(b.path) - traceBytes(a.path))
  const isSource = import.meta.url.endsWith('.ts')
  const lanes = Array.from({ length: Math.min(threads, queue.length) }, () =>
    isSource || threads < 2 || tasks.length < 2 ? runHere(queue, events, signal) : runInWorker(queue, events, signal),
  )
  await Promise.all(lanes)
}

async function runHere(queue: EstimateTask[], events: PoolEvents, signal: AbortSignal | undefined): Promise<void> {
  for (let task = queue.shift(); task !== undefined && !isStopped(signal); task = queue.shift()) {
    try {
      events.onResult(
        task,
        await estimateTrace(task, (count) => {
          // Reading is the only place that gives way to others: here a stop is noticed.
          signal?.throwIfAborted()
          events.onBytes(count)
        }),
      )
    } catch (error) {
      if (isStopped(signal)) return
      events.onFailure(task, failureOf(error))
    }
  }
}

/** Asked anew each time: an abort comes while others run. */
function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

async function runInWorker(queue: EstimateTask[], events: PoolEvents, signal: AbortSignal | undefined): Promise<void> {
  const worker = new Worker(new URL('./estimate-worker.js', import.meta.url))
  const stop = (): void => void worker.terminate()
  signal?.addEventListener('abort', stop)
  try {
    for (let task = queue.shift(); task !== undefined && !isStopped(signal); task = queue.shift()) {
      await askWorker(worker, task, events)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

function askWorker(worker: Worker, task: EstimateTask, events: PoolEvents): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      worker.off('message', onMessage)
      worker.off('error', onError)
      worker.off('exit', finish)
      resolve()
    }
    const onError = (error: unknown): void => {
      events.onFailure(task, failureOf(error))
      finish()
    }
    const onMessage = (answer: WorkerAnswer): void => {
      if (answer.kind === 'bytes') {
        events.onBytes(answer.count)
        return
      }
      if (answer.kind === 'done') events.onResult(task, answer.result)
      else events.onFailure(task, answer.failure)
      finish()
    }
    worker.on('message', onMessage)
    worker.on('error', onError)
    // Terminated: nothing more will come.
    worker.on('exit', finish)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(task)
  })
}
