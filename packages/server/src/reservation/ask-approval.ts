// Asks the service that approves leases, in the form in which Blazar asks its own (blazar/enforcement/filters/
// external_service_filter.py): 204 is yes, 403 with a message is no. Anything else, or nothing in time, is no answer. No
// redirect is followed. What is told about a failure names neither the path of the address nor what the service said.
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { ApprovalSettings } from '../config/reservations.ts'

export type ApprovalQuestion = 'check-create' | 'check-update' | 'on-end'

export type Approval =
  | { readonly kind: 'approved' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'unanswered'; readonly fault: string }

/** Of a refusal no more than this is read and shown. */
const longestAnswer = 65_536
const longestMessage = 500

export function askApproval(settings: ApprovalSettings, question: ApprovalQuestion, body: object): Promise<Approval> {
  const { url, token, ca, timeoutMs } = settings
  const text = JSON.stringify(body)
  const headers: Record<string, string | number> = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'user-agent': 'gleaner',
    ...(token === undefined ? {} : { 'x-auth-token': token }),
  }
  // Real time: however fast the clock of a simulation runs, the service does not.
  const deadline = AbortSignal.timeout(timeoutMs)
  const target = new URL(url)
  target.pathname += question
  const common = { method: 'POST', headers, signal: deadline, agent: false } as const
  return new Promise((resolve) => {
    const unanswered = (fault: string) => resolve({ kind: 'unanswered', fault })
    const call =
      url.protocol === 'http:'
        ? plainRequest(target, common)
        : tlsRequest(target, { ...common, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })
    const failed = (error: NodeJS.ErrnoException) =>
      unanswered(deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : (error.code ?? 'broken off'))
    call.on('error', failed)
    call.on('response', (response) => {
      const status = response.statusCode ?? 0
      response.on('error', failed)
      if (status !== 403) {
        resolve(status === 204 ? { kind: 'approved' } : { kind: 'unanswered', fault: `it answers ${status}` })
        response.destroy()
        return
      }
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        answer += part
        if (answer.length <= longestAnswer) return
        resolve({ kind: 'refused', because: messageOf('') })
        response.destroy()
      })
      response.on('end', () => resolve({ kind: 'refused', because: messageOf(answer) }))
    })
    call.end(text)
  })
}

/** One line of printable text, whatever came. */
function messageOf(answer: string): string {
  let message: unknown
  try {
    message = (JSON.parse(answer) as { message?: unknown } | null)?.message
  } catch {
    message = undefined
  }
  if (typeof message !== 'string' || message.trim() === '') return 'it gives no reason'
  return message
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, longestMessage)
}
