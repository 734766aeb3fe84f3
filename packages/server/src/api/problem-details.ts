// Every failed request is answered in one form, RFC 9457 (application/problem+json): what failed as `detail`, what to do
// as `remedy`, a stable `code` of the error registry. An error that is not of the registry tells the caller nothing but
// where it happened; its cause goes to the log.
import { GleanerError, type ProblemDetails, describeError } from '@gleaner/model'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RuleError } from '../commands/rules.ts'
import { faultView } from './rules/fault-view.ts'

export const problemType = 'application/problem+json; charset=utf-8'

/** What fastify itself refuses (body too large, bad JSON, unknown content type), as an error of the registry. */
interface FrameworkError extends Error {
  readonly statusCode?: number
  readonly code?: string
}

export function problemDetails(error: GleanerError, status = error.status): ProblemDetails {
  return {
    type: `urn:gleaner:error:${error.code}`,
    title: error.code.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase()),
    status,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
    ...(error instanceof RuleError ? { faults: error.faults.map(faultView) } : {}),
  }
}

export async function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { error, status } = translate(thrown, request)
  if (status >= 500 && error.code === 'internal')
    request.log.error({ cause: describeError(thrown), stack: (thrown as Error).stack }, `${place(request)} failed`)
  else if (status >= 500) request.log.warn({ cause: describeError(thrown) }, `${place(request)} failed`)
  // Unless the endpoint asks in a way of its own.
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer realm="gleaner"')
  if (status === 429) reply.header('retry-after', '60')
  if (status === 503) reply.header('retry-after', '5')
  await reply.code(status).type(problemType).send(problemDetails(error, status))
}

/** Whatever was thrown, as an error of the registry, and the status it is answered with. */
export function translate(thrown: unknown, request: FastifyRequest): { error: GleanerError; status: number } {
  if (thrown instanceof GleanerError) return { error: thrown, status: thrown.status }
  const status = (thrown as FrameworkError).statusCode
  const code = (thrown as FrameworkError).code
  if (status !== undefined && status >= 400 && status < 500 && code?.startsWith('FST_') === true) {
    const detail = frameworkWords[code] ?? 'The request is not one this server can read.'
    return { error: new GleanerError('request-invalid', { detail }, { cause: thrown }), status }
  }
  if (thrown instanceof SyntaxError && status === 400)
    return {
      error: new GleanerError('request-invalid', { detail: 'The body is not valid JSON.' }, { cause: thrown }),
      status,
    }
  return { error: new GleanerError('internal', { detail: place(request) }, { cause: thrown }), status: 500 }
}

/** The route, not the URL: what a caller sends does not come back. */
function place(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? 'an unknown path'}`
}

const frameworkWords: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 512 KiB.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON (Content-Type: application/json).',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The length of the body is not what Content-Length says.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, though Content-Type says JSON.',
  FST_ERR_BAD_URL: 'The path cannot be read.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long.',
}
