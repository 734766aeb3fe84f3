// From an answer with an error status to an error: finds the service's own words in the three shapes services use.
//
//   nova      {"conflictingRequest": {"code": 409, "message": "…"}}
//   keystone  {"error": {"code": 401, "title": "Unauthorized", "message": "…"}}
//   placement {"errors": [{"status": 409, "title": "Conflict", "detail": "…", "code": "placement.concurrent_update"}]}
import type { HttpAnswer } from './http-sender.ts'
import { OpenStackError, type OpenStackFault } from './openstack-error.ts'

const longestMessage = 300

export function rejection(answer: HttpAnswer, what: string, nowMs: number): OpenStackError {
  const { status, headers } = answer
  const { message, code } = ownWords(answer.text)
  const retryAfterMs = readRetryAfter(headers['retry-after'], nowMs)
  const requestId = headers['x-openstack-request-id']
  const fault: OpenStackFault = status === 401 ? 'unauthenticated' : 'rejected'
  return new OpenStackError(fault, message === undefined ? `${what}: ${status}` : `${what}: ${status}, ${message}`, {
    status,
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(requestId !== undefined && { requestId }),
  })
}

/** Seconds, or a date. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

function ownWords(text: string): { readonly message?: string; readonly code?: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return {}
  }
  for (const inner of candidates(parsed)) {
    if (typeof inner !== 'object' || inner === null) continue
    const { message, detail, code } = inner as Readonly<Record<string, unknown>>
    const words = typeof message === 'string' ? message : detail
    if (typeof words !== 'string') continue
    return { message: oneLine(words), ...(typeof code === 'string' && { code }) }
  }
  return {}
}

function candidates(parsed: unknown): readonly unknown[] {
  if (typeof parsed !== 'object' || parsed === null) return []
  const values = Object.values(parsed)
  return values.flatMap((value: unknown) => (Array.isArray(value) ? (value as unknown[]) : [value]))
}

function oneLine(words: string): string {
  // Placement puts the same sentence before each reason.
  const reason = words.includes('\n\n') ? words.slice(words.lastIndexOf('\n\n', words.trimEnd().length)) : words
  const line = reason.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line
}
