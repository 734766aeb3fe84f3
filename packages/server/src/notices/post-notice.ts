// Posts one notice to one hook and tells what came of it. Certificates are verified whatever the environment says. No
// redirect is followed: a receiver that was configured is not free to send notices elsewhere. What is told about a failure
// names neither the path of the address nor anything the receiver said: both may hold secrets.
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { HookSettings } from '../config/notices.ts'
import { signNotice } from './sign-notice.ts'

export interface Post {
  readonly id: string
  readonly body: string
  /** Of the real clock: receivers refuse what is signed for another time than theirs. */
  readonly timestampS: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** refused: this notice, for good; failed: the hook, for now. */
export type PostOutcome =
  /** `refusedBy`: some of those it was meant for. */
  | { readonly kind: 'delivered'; readonly refusedBy?: string }
  | { readonly kind: 'refused'; readonly fault: string }
  | { readonly kind: 'failed'; readonly fault: string; readonly retryAfterMs: number | undefined }

/** Answers after which the same body would be refused again. */
const refusals: ReadonlySet<number> = new Set([400, 405, 406, 409, 411, 413, 414, 415, 422])
const longestRetryAfterMs = 3_600_000

export function postNotice(hook: HookSettings, post: Post): Promise<PostOutcome> {
  const { id, body, timestampS, timeoutMs } = post
  const headers: Record<string, string | number> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'gleaner',
    'webhook-id': id,
    'webhook-timestamp': timestampS,
    'idempotency-key': id,
    ...(hook.key === undefined ? {} : { 'webhook-signature': signNotice(hook.key, { id, timestampS, body }) }),
    ...(hook.authorization === undefined ? {} : { authorization: hook.authorization }),
  }
  const deadline = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([post.signal, deadline])
  const isPlain = hook.url.protocol === 'http:'
  return new Promise((resolve) => {
    const failed = (fault: string) => resolve({ kind: 'failed', fault, retryAfterMs: undefined })
    const common = { method: 'POST', headers, signal, agent: false } as const
    const call = isPlain
      ? plainRequest(hook.url, common)
      : tlsRequest(hook.url, { ...common, rejectUnauthorized: true, ...(hook.ca === undefined ? {} : { ca: hook.ca }) })
    call.on('response', (response) => {
      // What it says beyond the status is of no interest, however long it is.
      response.on('error', () => {})
      resolve(judge(response.statusCode ?? 0, response.headers['retry-after']))
      response.destroy()
    })
    call.on('error', (error: NodeJS.ErrnoException) =>
      failed(deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : wordOf(error)),
    )
    call.end(body)
  })
}

function judge(status: number, retryAfter: string | undefined): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status >= 300 && status < 400)
    return { kind: 'failed', fault: `it answers ${status}: redirects are not followed`, retryAfterMs: undefined }
  const fault = `it answers ${status}`
  if (refusals.has(status)) return { kind: 'refused', fault }
  const seconds = /^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined
  return {
    kind: 'failed',
    fault,
    retryAfterMs: seconds === undefined ? undefined : Math.min(seconds * 1000, longestRetryAfterMs),
  }
}

function wordOf(error: NodeJS.ErrnoException): string {
  const code = error.code ?? 'broken off'
  if (/CERT|SIGNED|VERIFY|ERR_TLS|UNABLE_TO_GET_ISSUER/.test(code)) return `its certificate is not accepted (${code})`
  return code
}
