// Lists in parts, which Blazar itself does not have: `limit` and `offset`, and a link to what follows, in the form of OpenStack's
// other APIs. Clients that ask for no limit get all, as they expect.
import { GleanerError } from '@gleaner/model'
import type { FastifyRequest } from 'fastify'

export interface BlazarPage {
  readonly limit: number
  readonly offset: number
}

/** Where clients that know of no parts look at most. */
const mostListed = 10_000

export function pageOf({ query }: FastifyRequest): BlazarPage {
  const asked = query as Readonly<Record<string, unknown>>
  return {
    limit: wholeOf(asked['limit'], { name: 'limit', least: 1, most: mostListed }) ?? mostListed,
    offset: wholeOf(asked['offset'], { name: 'offset', least: 0, most: Number.MAX_SAFE_INTEGER }) ?? 0,
  }
}

interface Range {
  readonly name: string
  readonly least: number
  readonly most: number
}

function wholeOf(value: unknown, { name, least, most }: Range): number | undefined {
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  throw new GleanerError('request-invalid', { detail: `${name}: give one whole number from ${least} to ${most}` })
}

/** The key `KEY_links` with where the next part is; nothing behind the last one. */
export function linksOf(
  request: FastifyRequest,
  key: string,
  { limit, offset, total }: BlazarPage & { readonly total: number },
): Readonly<Record<string, readonly { readonly rel: string; readonly href: string }[]>> {
  if (offset + limit >= total) return {}
  const next = new URL(request.url, `${request.protocol}://${request.host}`)
  next.searchParams.set('limit', String(limit))
  next.searchParams.set('offset', String(offset + limit))
  return { [`${key}_links`]: [{ rel: 'next', href: next.href }] }
}

/** The part of a list that is at hand as a whole. */
export function partOf<T>(request: FastifyRequest, key: string, all: readonly T[]) {
  const page = pageOf(request)
  const { limit, offset } = page
  return { part: all.slice(offset, offset + limit), links: linksOf(request, key, { ...page, total: all.length }) }
}
