// What a request to the front is, by method and path alone. Only creating, showing and listing servers are looked into;
// everything else passes. Classified is what nova will understand (percent-escapes undone, empty segments dropped);
// forwarded is the path exactly as it came. Classifying too much is harmless: what turns out to be no create is forwarded
// unchanged. A path that leaves the API (dot segments, in whatever spelling) is refused: behind the same address as nova
// there may be other services.

export const frontPrefix = '/compute'

export interface ServerRoute {
  /** The root /v2: no microversions, and unknown keys are dropped in silence. */
  readonly legacy: boolean
  /** The path up to the collection: /v2.1, or /v2.1/PROJECT. */
  readonly root: string
}

export type FrontRequest =
  | { readonly kind: 'refused' }
  | { readonly kind: 'other'; readonly target: string }
  | ({ readonly kind: 'create'; readonly target: string } & ServerRoute)
  | ({ readonly kind: 'show'; readonly target: string; readonly id: string } & ServerRoute)
  | ({
      readonly kind: 'list'
      readonly target: string
      readonly detail: boolean
    } & ServerRoute)

/** True for paths below the front; a full URL as target (as proxies are asked) is not one. */
export function isFrontPath(url: string): boolean {
  return url === frontPrefix || url.startsWith(`${frontPrefix}/`) || url.startsWith(`${frontPrefix}?`)
}

export function classifyRequest(method: string, url: string): FrontRequest {
  const below = url.slice(frontPrefix.length)
  const target = below.startsWith('/') ? below : `/${below}`
  const segments = segmentsOf(splitTarget(target).path)
  if (segments.some((segment) => segment === '..' || segment === '.')) return { kind: 'refused' }
  const place = findServers(segments)
  if (place === undefined) return { kind: 'other', target }
  const { route, rest } = place
  const [id, below2] = rest
  if (method === 'POST' && id === undefined) return { kind: 'create', target, ...route }
  if (method !== 'GET' || below2 !== undefined) return { kind: 'other', target }
  if (id === undefined || id === 'detail') return { kind: 'list', target, detail: id !== undefined, ...route }
  return { kind: 'show', target, id, ...route }
}

/** Path and query of a target; the query without its question mark, undefined when there is none. */
export function splitTarget(target: string): { readonly path: string; readonly query: string | undefined } {
  const cut = target.indexOf('?')
  return cut === -1 ? { path: target, query: undefined } : { path: target.slice(0, cut), query: target.slice(cut + 1) }
}

/** Escapes are undone as WSGI undoes them, byte by byte; what is no escape stays. An escaped slash divides. */
function segmentsOf(path: string): string[] {
  const decoded = path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return decoded.split(/[/\\]/).filter((segment) => segment !== '')
}

/** /os-volumes_boot is nova's second name of /servers. A project id may stand before either: hexadecimal and dashes. */
function findServers(
  segments: readonly string[],
): { readonly route: ServerRoute; readonly rest: readonly string[] } | undefined {
  const [version, ...after] = segments
  if (version !== 'v2' && version !== 'v2.1') return undefined
  const hasProject = after[0] !== undefined && /^[0-9a-f-]+$/.test(after[0])
  const root = hasProject ? `/${version}/${after[0]}` : `/${version}`
  const [collection, ...rest] = hasProject ? after.slice(1) : after
  if (collection === undefined || !/^(?:servers|os-volumes_boot)(?:\.json)?$/.test(collection)) return undefined
  return { route: { legacy: version === 'v2', root }, rest }
}
