// OpenNebula's numbers in Gleaner's ids. Hosts and instances are numbered apart there, and share one space of names here.
import { type CloudId, hostId, type HostId, type InstanceId, nativeOf } from '@gleaner/model'

const hostPrefix = 'host-'

export function hostIdOf(cloudId: CloudId, number: number): HostId {
  return hostId(cloudId, `${hostPrefix}${number}`)
}

/** Undefined for an id that this cloud cannot have given. */
export function vmNumber(id: InstanceId, cloudId: CloudId): number | undefined {
  return numberIn(id, `${cloudId}:`)
}

export function hostNumber(id: HostId, cloudId: CloudId): number | undefined {
  return nativeOf(id).startsWith(hostPrefix) ? numberIn(id, `${cloudId}:${hostPrefix}`) : undefined
}

function numberIn(id: string, prefix: string): number | undefined {
  const digits = id.slice(prefix.length)
  if (!id.startsWith(prefix) || !/^(0|[1-9]\d{0,9})$/.test(digits)) return undefined
  const number = Number(digits)
  return number <= 0x7fff_ffff ? number : undefined
}
