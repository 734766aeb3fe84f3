// Refuses requests that a page of another site makes a browser send. It concerns callers who are recognised by what the
// browser adds on its own (a cookie, or being on this machine); who sends a token in a header meant to.
//
// A change needs proof that our own page sent it: `Sec-Fetch-Site: same-origin`, or an Origin equal to the Host.
// Reading needs none, but is refused when the browser says that another site asks.
import { GleanerError } from '@gleaner/model'
import type { FastifyRequest } from 'fastify'

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

export function requireSameOrigin(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  if (reading.has(request.method)) {
    if (site === 'cross-site') throw refused('Sec-Fetch-Site is cross-site')
    return
  }
  if (site !== undefined && site !== 'same-origin') throw refused(`Sec-Fetch-Site is ${site}`)
  if (origin !== undefined && authorityOf(origin) !== request.headers.host?.toLowerCase())
    throw refused(`its origin is ${origin}`)
  if (site === undefined && origin === undefined)
    throw refused('it has neither Sec-Fetch-Site nor Origin; programs send a token')
}

function authorityOf(origin: string): string | undefined {
  const match = /^https?:\/\/([^/?#@\s]+)$/.exec(origin)
  return match?.[1]?.toLowerCase()
}

function refused(detail: string): GleanerError {
  return new GleanerError('origin-refused', { detail: detail.slice(0, 200) })
}
