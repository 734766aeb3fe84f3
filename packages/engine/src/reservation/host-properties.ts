// What a reservation may ask of a host by name: the names Climate and Blazar used (vcpus, memory_mb, …) and Gleaner's own,
// and whatever the cloud tells of the host. A text that is an object in JSON (CPU info, as the hypervisor gives it) has
// its parts as nested properties.
import { type Host, type HostOffer, nativeOf } from '@gleaner/model'

export type PropertyValue =
  | string
  | number
  | boolean
  | readonly PropertyValue[]
  | { readonly [name: string]: PropertyValue }
export type HostProperties = ReadonlyMap<string, PropertyValue>

/** What was told beside never hides what the cloud itself tells. */
export function hostProperties(host: Host, told: HostOffer['properties'] = {}): HostProperties {
  const properties = new Map<string, PropertyValue>(
    Object.entries({ ...told, ...host.properties }).map(([name, value]) => [name, opened(value)]),
  )
  const own: Readonly<Record<string, PropertyValue>> = {
    id: nativeOf(host.id),
    name: host.name,
    hypervisor_hostname: host.name,
    kind: host.kind,
    cores: host.cores,
    vcpus: host.cores,
    memoryMiB: host.memoryMiB,
    memory_mb: host.memoryMiB,
    diskGiB: host.diskGiB,
    local_gb: host.diskGiB,
  }
  for (const [name, value] of Object.entries(own)) properties.set(name, value)
  return properties
}

function opened(value: string | number | boolean): PropertyValue {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return value
  try {
    return JSON.parse(value) as PropertyValue
  } catch {
    return value
  }
}

/** The property at a path of names; undefined where the host does not have it. */
export function propertyAt(properties: HostProperties, path: readonly string[]): PropertyValue | undefined {
  // A property whose own name has dots in it is found by its whole name.
  const whole = properties.get(path.join('.'))
  if (whole !== undefined) return whole
  let value = properties.get(path[0] ?? '')
  for (const name of path.slice(1)) {
    if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined
    value = (value as { readonly [key: string]: PropertyValue })[name]
  }
  return value
}

/** Every name a filter can use, nested ones with dots. */
export function propertyNames(all: Iterable<HostProperties>): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (name: string, value: PropertyValue) => {
    names.add(name)
    if (typeof value !== 'object' || Array.isArray(value)) return
    for (const [part, inner] of Object.entries(value)) add(`${name}.${part}`, inner)
  }
  for (const properties of all) for (const [name, value] of properties) add(name, value)
  return names
}
