// Which desktop a host is. An agent tells the name of its host and, if its token said so, the cloud. Where a name could mean two
// hosts, or two agents speak for one host, nobody can say whose user is away: the host is a desktop all the same, and
// nothing is known of it, which counts as in use. An agent that may not speak any more makes nothing unclear: to revoke one of two
// is how that is settled.
import type { Desktop, Host, HostId, Verdict } from '@gleaner/model'

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
    const speaking = mine.filter(({ revokedAtMs }) => revokedAtMs === undefined)
    for (const desktop of mine) hostsOf.set(desktop, (hostsOf.get(desktop) ?? 0) + 1)
    const [first, second] = speaking.length > 0 ? speaking : mine
    if (first !== undefined) found.set(host.id, second === undefined ? first : undefined)
  }
  for (const [id, desktop] of found)
    if (desktop !== undefined && (hostsOf.get(desktop) ?? 0) > 1) found.set(id, undefined)
  return found
}

/** The desktops whose word counts for no host, whatever they say, and why. */
export function unheededDesktops(
  desktops: readonly Desktop[],
  hosts: readonly Host[],
): ReadonlyMap<Desktop['id'], Verdict> {
  const heeded = new Set(matchDesktops(desktops, hosts).values())
  return new Map(
    desktops
      .filter((desktop) => !heeded.has(desktop))
      .map((desktop) => {
        const { hostName, cloudId } = desktop
        const named = hosts.filter(({ name, cloudId: of }) => name === hostName && (cloudId ?? of) === of)
        return [desktop.id, { code: 'desktop-unjoined', sentence: unheededSentence(desktop, named.length), facts: {} }]
      }),
  )
}

function unheededSentence({ hostName, cloudId }: Desktop, hosts: number): string {
  if (hosts === 0)
    return `${cloudId === undefined ? 'No cloud has a' : `${cloudId} has no`} host ${hostName}: no guests come.`
  if (hosts > 1)
    return `${hosts} hosts are named ${hostName}, and nobody can say which one it is: no guests come. A join token with --cloud names one.`
  return `Another agent speaks for ${hostName} as well, and nobody can say whose user is away: no guests come until one of them is revoked.`
}

/** A host that an agent speaks for is a desktop, whatever its cloud takes it for. */
export function asDesktops(hosts: readonly Host[], desktops: readonly Desktop[]): readonly Host[] {
  if (desktops.length === 0) return hosts
  const known = matchDesktops(desktops, hosts)
  return hosts.map((host) => (known.has(host.id) && host.kind !== 'desktop' ? { ...host, kind: 'desktop' } : host))
}
