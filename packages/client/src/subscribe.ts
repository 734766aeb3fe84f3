// The live events of the server, as long as the signal allows. Guarantees: an event that cannot be read is passed over; a
// connection that ends or is silent for longer than the server ever is (it sends comments) is opened again, after 0.5 s,
// then twice as long each time up to 15 s, with up to half of it at random so that many consoles do not return at once;
// the wait starts anew after a connection that brought an event. Refusals for good (401, 403, 404) end it.
import { type LiveEvent, type LiveEventKind, liveEventKinds } from '@gleaner/model'
import { ApiError } from './api-error.ts'
import { readEventStream } from './event-stream.ts'
import { readProblem, unreachable } from './read-problem.ts'

export interface SubscribeOptions {
  readonly signal: AbortSignal
  /** Told of every change: connected, or waiting with the reason and the time until the next try. */
  readonly onState?: (state: SubscriptionState) => void
  /** A connection without a byte for this long is given up. */
  readonly silenceMs?: number
  readonly firstDelayMs?: number
  readonly maxDelayMs?: number
}

export type SubscriptionState =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: ApiError | undefined; readonly retryInMs: number }

export interface EventSourceAccess {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof fetch
}

/** Resolves when the signal aborts; rejects with an ApiError when the server refuses for good. */
export async function subscribe(
  access: EventSourceAccess,
  onEvent: (event: LiveEvent) => void,
  options: SubscribeOptions,
): Promise<void> {
  const { signal, silenceMs = 60_000, firstDelayMs = 500, maxDelayMs = 15_000 } = options
  let delayMs = firstDelayMs
  while (!signal.aborted) {
    let error: ApiError | undefined
    const attempt = new AbortController()
    const giveUp = () => attempt.abort()
    signal.addEventListener('abort', giveUp)
    let watch = setTimeout(giveUp, silenceMs)
    try {
      const response = await access.fetch(access.url, {
        headers: { ...access.headers, accept: 'text/event-stream' },
        signal: attempt.signal,
      })
      if (!response.ok || response.body === null) throw await readProblem(response)
      options.onState?.({ connected: true })
      const heard = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            clearTimeout(watch)
            watch = setTimeout(giveUp, silenceMs)
            controller.enqueue(chunk)
          },
        }),
      )
      for await (const { data } of readEventStream(heard)) {
        const event = readEvent(data)
        if (event === undefined) continue
        delayMs = firstDelayMs
        onEvent(event)
      }
    } catch (thrown) {
      if (signal.aborted) return
      error = thrown instanceof ApiError ? thrown : unreachable(access.url, thrown)
      if (error.status === 401 || error.status === 403 || error.status === 404) throw error
    } finally {
      clearTimeout(watch)
      signal.removeEventListener('abort', giveUp)
      attempt.abort()
    }
    if (signal.aborted) return
    const waitMs = delayMs * (0.5 + Math.random() / 2)
    options.onState?.({ connected: false, error, retryInMs: waitMs })
    await pause(waitMs, signal)
    delayMs = Math.min(maxDelayMs, delayMs * 2)
  }
}

function readEvent(data: string): LiveEvent | undefined {
  try {
    const value = JSON.parse(data) as Partial<LiveEvent> | null
    return value !== null && typeof value === 'object' && liveEventKinds.includes(value.kind as LiveEventKind)
      ? (value as LiveEvent)
      : undefined
  } catch {
    return undefined
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  // A signal that is already aborted tells no listener.
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, durationMs)
    signal.addEventListener('abort', end)
  })
}
