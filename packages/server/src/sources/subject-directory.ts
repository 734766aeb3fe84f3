// Who is meant by the labels of a series: hosts and instances of the newest readings, by what they are called.
//
// An instance is found by what its cloud calls it; where that is a UUID in every cloud, an id that is not known is nobody,
// whatever its name: the name of one that was deleted may have been given again. Otherwise by its name, which must be that of
// one instance only, or of one on the host that is named with it. OpenNebula calls the domain of instance 42 one-42.
// A host is found by its name, without scheme, port and path, in whatever case; else by the first part of it, when only one
// host has it and neither is an address. What several things are called is nobody's: a name is never guessed.
import type { Snapshot } from '@gleaner/engine'
import { type HostId, nativeOf } from '@gleaner/model'
import type { SubjectClaim, SubjectDirectory, SubjectMatch } from '@gleaner/ports'

type Listed = Pick<Snapshot, 'hosts' | 'instances'>

interface Named {
  readonly subject: string
  readonly hostId: HostId | undefined
}

const none: SubjectMatch = { kind: 'none' }
const several: SubjectMatch = { kind: 'several' }
const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

export function subjectDirectory(snapshots: readonly Listed[], revision: string): SubjectDirectory {
  const ids = new Map<string, Named[]>()
  const names = new Map<string, Named[]>()
  const bareNames = new Map<string, Named[]>()
  const hosts = new Map<string, HostId[]>()
  const shortHosts = new Map<string, HostId[]>()
  let allUuids = true
  for (const snapshot of snapshots) {
    for (const host of snapshot.hosts) {
      const name = host.name.toLowerCase()
      put(hosts, name, host.id)
      if (!isAddress(name)) put(shortHosts, firstPart(name), host.id)
    }
    for (const instance of snapshot.instances) {
      const native = nativeOf(instance.id)
      const named = { subject: instance.id, hostId: instance.hostId }
      put(ids, native.toLowerCase(), named)
      put(names, instance.name, named)
      put(bareNames, withoutHyphens(instance.name), named)
      if (!uuid.test(native)) allUuids = false
      if (/^\d+$/.test(native)) {
        put(names, `one-${native}`, named)
        put(bareNames, `one${native}`, named)
      }
    }
  }

  function hostIds(written: string): readonly HostId[] {
    const name = hostName(written)
    const found = hosts.get(name) ?? (isAddress(name) ? undefined : shortHosts.get(firstPart(name)))
    return [...new Set(found)]
  }

  function instance(claim: SubjectClaim): SubjectMatch {
    if (claim.id !== undefined) {
      const found = only(ids.get(claim.id.toLowerCase()) ?? [])
      if (found.kind !== 'none') return found
      if (claim.name === undefined || (allUuids && uuid.test(claim.id))) return none
    }
    if (claim.name === undefined) return none
    const found = (claim.withoutHyphens === true ? bareNames : names).get(claim.name) ?? []
    if (new Set(found.map(({ subject }) => subject)).size < 2 || claim.host === undefined) return only(found)
    const on = hostIds(claim.host)
    if (on.length !== 1) return several
    return only(found.filter(({ hostId }) => hostId === on[0]))
  }

  return {
    revision,
    match(claim) {
      if (claim.of === 'instance') return instance(claim)
      const called = claim.name ?? claim.id
      if (called === undefined) return none
      return only(hostIds(called).map((subject) => ({ subject })))
    },
  }
}

function only(found: readonly { readonly subject: string }[]): SubjectMatch {
  const [subject, ...others] = new Set(found.map((each) => each.subject))
  if (subject === undefined) return none
  return others.length > 0 ? several : { kind: 'one', subject }
}

function put<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function hostName(written: string): string {
  const authority = written
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/[/?#].*$/, '')
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/.exec(authority)
  if (bracketed !== null) return bracketed[1] ?? ''
  const isBareAddress = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/.test(authority)
  return isBareAddress ? authority : authority.replace(/:\d+$/, '')
}

function firstPart(name: string): string {
  return name.split('.')[0] ?? name
}

function isAddress(name: string): boolean {
  return /^\d+(\.\d+){3}$/.test(name) || name.includes(':')
}

function withoutHyphens(name: string): string {
  return name.replaceAll('-', '')
}
