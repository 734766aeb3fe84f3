// Turns an answer that is no success into an ApiError. Predicate: a body that is a problem document (RFC 9457) with the
// fields of the contract is taken at its word; anything else (a proxy's page, an empty body) is described by its status.
import { errorRegistry } from '@gleaner/model'
import { ApiError } from './api-error.ts'

export async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  const problem = parse(text)
  if (problem !== undefined && typeof problem['detail'] === 'string' && typeof problem['code'] === 'string') {
    return new ApiError({
      status: response.status,
      code: problem['code'],
      detail: problem['detail'],
      remedy: typeof problem['remedy'] === 'string' ? problem['remedy'] : '',
      faults: Array.isArray(problem['faults']) ? problem['faults'] : [],
    })
  }
  return new ApiError({
    status: response.status,
    code: 'internal',
    detail: `${new URL(response.url || 'http://gleaner/').pathname} answered ${response.status} without saying why.`,
    remedy: 'Check that nothing but Gleaner answers at this address (a proxy, another program), and see its log.',
  })
}

/** The error for a server from which no whole answer came. */
export function unreachable(url: string, cause: unknown): ApiError {
  const detail = reasonOf(cause)
  const fill = (template: string) => template.replace('{url}', url).replace('{detail}', detail)
  const entry = errorRegistry['server-unreachable']
  return new ApiError(
    { status: 0, code: 'server-unreachable', detail: fill(entry.message), remedy: entry.remedy },
    { cause },
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** fetch hides the reason (connection refused, unknown host) in the cause of a general TypeError. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const cause = thrown.cause
  if (cause instanceof Error) {
    const code = (cause as { code?: unknown }).code
    return cause.message || (typeof code === 'string' ? code : thrown.message)
  }
  return thrown.message
}
