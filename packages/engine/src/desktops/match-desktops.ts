// Which desktop a host is. An agent tells the name of its host and, if its token said so, the cloud. Where a name could mean two
// hosts, or two agents speak for one host, nobody can say whose user is away: the host is a desktop all the same, and
// nothing is known of it, which counts as in use.
import type { Desktop, Host, HostId } from '@gleaner/model'

/** Undefined in place of a desktop: it is one, and who speaks for it is not clear. */
export type DesktopOfHost = ReadonlyMap<HostId, Desktop | undefined>

export function matchDesktops(desktops: readonly Desktop[], hosts: Iterable<Host>): DesktopOfHost {
  const byName = new Map<string, Desktop[]>()
  for (const desktop of desktops) {
    const list = byName.get(desktop.hostName)
    if (list === undefined) byName.set(desktop.hostName, [desktop])
    else list.push(desktop)
  }
  const found = new Map<HostId, Desktop | undefined>()
  const hostsOf = new Map<Desktop, number>()
  for (const host of hosts) {
    const mine = (byName.get(host.name) ?? []).filter(
      ({ cloudId }) => cloudId === undefined || cloudId === host.cloudId,
    )
    for (const desktop of mine) hostsOf.set(desktop, (hostsOf.get(desktop) ?? 0) + 1)
    if (mine.length > 0) found.set(host.id, mine.length === 1 ? mine[0] : undefined)
  }
  for (const [id, desktop] of found)
    if (desktop !== undefined && (hostsOf.get(desktop) ?? 0) > 1) found.set(id, undefined)
  return found
}

/** A host that an agent speaks for is a desktop, whatever its cloud takes it for. */
export function asDesktops(hosts: readonly Host[], desktops: readonly Desktop[]): readonly Host[] {
  if (desktops.length === 0) return hosts
  const known = matchDesktops(desktops, hosts)
  return hosts.map((host) => (known.has(host.id) && host.kind !== 'desktop' ? { ...host, kind: 'desktop' } : host))
}
