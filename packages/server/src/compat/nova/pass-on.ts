// What the front does with requests that create nothing: everything passes; showing and listing servers also tells which
// are preemptible, and lists can be asked for those. Where nova's answer shows no tags (before 2.26) they are asked for
// with a second call, so that the answer stays in the form the client wants.
import { GleanerError, preemptibleMark } from '@gleaner/model'
import { type FlagKnowledge, bothEdits, flagEdits, linkEdits } from './answer-edits.ts'
import { type FrontRequest, type ServerRoute, splitTarget } from './classify-request.ts'
import { isObject, type JsonObject } from './create-document.ts'
import { type JsonEdits, place } from './json-editor.ts'
import { filterByTag, onlyTagged, readFilter, withFilter } from './list-filter.ts'
import { reaches, tagsMinor, withVersion } from './microversion.ts'
import { framingOf } from './raw-headers.ts'
import { relay } from './relay.ts'
import type { Upstream } from './upstream.ts'
import { type Visit, passing } from './visit.ts'

export interface PassOnParts {
  readonly nova: Upstream
  /** What Gleaner takes the server of this id for. */
  readonly holdsPreemptible: (serverId: string) => boolean
}

type Passed = Exclude<FrontRequest, { readonly kind: 'create' | 'refused' }>

/** Resolves with the status that was passed on. */
export async function passOn(parts: PassOnParts, asked: Passed, visit: Visit): Promise<number> {
  switch (asked.kind) {
    case 'other':
      return send(parts, { target: asked.target, visit })
    case 'show': {
      const edits = await showEdits(parts, asked, visit)
      return send(parts, { target: asked.target, visit, edits })
    }
    case 'list':
      return list(parts, asked, visit)
  }
}

interface Sending {
  readonly target: string
  readonly visit: Visit
  readonly headers?: readonly string[]
  readonly edits?: JsonEdits
}

function send({ nova }: PassOnParts, { target, visit, headers = visit.headers, edits }: Sending): Promise<number> {
  const { incoming, outgoing } = visit
  const call = { method: incoming.method ?? 'GET', path: target, headers: [...headers, ...framingOf(incoming)] }
  return relay(nova, { incoming, outgoing, call, ...passing(visit, edits) })
}

async function showEdits(parts: PassOnParts, asked: ServerRoute & { readonly id: string }, visit: Visit) {
  const known = await knowledge(parts, {
    asked,
    visit,
    find: async () => {
      const path = `${rootWithTags(asked)}/servers/${encodeURIComponent(asked.id)}/tags`
      const { status, body } = await visit.calls.ask({ path, minor: tagsMinor }, visit.ended)
      if (status !== 200) return undefined
      const tags = body?.['tags']
      return new Set(Array.isArray(tags) && tags.includes(preemptibleMark.tag) ? [asked.id] : [])
    },
  })
  return bothEdits(linkEdits(visit.links), flagEdits(place('server'), known))
}

async function list(parts: PassOnParts, asked: Extract<FrontRequest, { kind: 'list' }>, visit: Visit): Promise<number> {
  const { path, query = '' } = splitTarget(asked.target)
  const wanted = readFilter(query)
  if (wanted !== undefined && asked.legacy) {
    const detail = 'The filter "preemptible" is not known at the root /v2: ask /v2.1'
    throw new GleanerError('front-request-invalid', { detail })
  }
  const tagsShown = wanted !== undefined || showsTags(asked, visit)
  const edits = bothEdits(
    nextPageEdits(visit, wanted),
    asked.detail
      ? flagEdits(place('servers', '*'), tagsShown ? shown(parts) : await listKnowledge(parts, { asked, visit, query }))
      : nothing,
  )
  if (wanted === undefined) return send(parts, { target: asked.target, visit, edits })
  const headers = reaches(visit.version, tagsMinor) ? visit.headers : withVersion(visit.headers, tagsMinor)
  return send(parts, { target: `${path}?${filterByTag(query, wanted)}`, visit, headers, edits })
}

const nothing: JsonEdits = { wants: () => false, string: () => undefined, end: () => undefined }

/** The link to the next page asks with nova's filter; the client's own goes along, or the version would be forgotten. */
function nextPageEdits({ links }: Visit, wanted: boolean | undefined): JsonEdits {
  const edits = linkEdits(links)
  if (wanted === undefined) return edits
  const nextPage = place('servers_links', '*', 'href')
  return {
    ...edits,
    string: (href, at) => {
      const moved = edits.string(href, at)
      return at === nextPage ? withFilter(moved ?? href, wanted) : moved
    },
  }
}

function listKnowledge(
  parts: PassOnParts,
  { asked, visit, query }: { readonly asked: ServerRoute; readonly visit: Visit; readonly query: string },
): Promise<FlagKnowledge> {
  return knowledge(parts, {
    asked,
    visit,
    // The servers of a page that have the tag are the first ones with the tag after the same marker.
    find: async () => {
      const path = `${rootWithTags(asked)}/servers?${onlyTagged(query)}`
      const { status, body } = await visit.calls.ask({ path, minor: tagsMinor }, visit.ended)
      const servers: unknown = body?.['servers']
      if (status !== 200 || !Array.isArray(servers)) return undefined
      return new Set(servers.filter(isObject).map((server: JsonObject) => String(server['id'])))
    },
  })
}

async function knowledge(
  parts: PassOnParts,
  how: {
    readonly asked: ServerRoute
    readonly visit: Visit
    readonly find: () => Promise<ReadonlySet<string> | undefined>
  },
): Promise<FlagKnowledge> {
  if (showsTags(how.asked, how.visit)) return shown(parts)
  // What cannot be found out is left out: the client gets nova's answer all the same.
  const tagged = await how.find().catch(() => undefined)
  return { tagsShown: false, tagged, holdsPreemptible: parts.holdsPreemptible }
}

function shown({ holdsPreemptible }: PassOnParts): FlagKnowledge {
  return { tagsShown: true, tagged: undefined, holdsPreemptible }
}

function showsTags(route: ServerRoute, visit: Visit): boolean {
  return !route.legacy && reaches(visit.version, tagsMinor)
}

/** The same place below the root that knows tags. */
function rootWithTags({ root }: ServerRoute): string {
  return root.replace(/^\/v2(?=\/|$)/, '/v2.1')
}
