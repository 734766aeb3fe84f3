// Takes one host from an inventory. Refused (undefined, with a gap): no id of this cloud, a size that is negative or not
// a number, a state that does not exist, more reserved than there is, an oversale ratio that is not positive.
import type { CloudId, Host, HostKind, HostState } from '@gleaner/model'
import type { GapList } from './gap-list.ts'
import { asRow, isOptionalSize, isSize, isText, type Row, shown } from './read-value.ts'

const states: ReadonlySet<unknown> = new Set<HostState>(['up', 'disabled', 'maintenance', 'down', 'asleep', 'unknown'])
const kinds: ReadonlySet<unknown> = new Set<HostKind>(['hypervisor', 'desktop'])
const sizes = ['cores', 'memoryMiB', 'diskGiB', 'reservedCores', 'reservedMemoryMiB'] as const

export function checkHost(value: unknown, cloudId: CloudId, gaps: GapList): Host | undefined {
  const row = asRow(value)
  if (row === undefined || !isText(row['id']) || !row['id'].startsWith(`${cloudId}:`)) {
    gaps.add('host', `${shown(row?.['id'])} is no host id of cloud ${cloudId}`)
    return undefined
  }
  const fault = hostFault(row, cloudId)
  if (fault !== undefined) {
    gaps.add(`host ${row['id']}`, fault)
    return undefined
  }
  const host = value as Host
  const properties = propertiesOf(row['properties'])
  return Object.freeze({
    id: host.id,
    cloudId,
    name: isText(row['name']) ? host.name : host.id.slice(cloudId.length + 1),
    kind: host.kind,
    state: host.state,
    cores: host.cores,
    memoryMiB: host.memoryMiB,
    diskGiB: host.diskGiB,
    reservedCores: host.reservedCores,
    reservedMemoryMiB: host.reservedMemoryMiB,
    coreRatio: host.coreRatio,
    memoryRatio: host.memoryRatio,
    ...(host.diskRatio === undefined ? {} : { diskRatio: host.diskRatio }),
    ...(properties === undefined ? {} : { properties }),
    idlePowerW: host.idlePowerW,
    fullPowerW: host.fullPowerW,
  })
}

function hostFault(row: Row, cloudId: CloudId): string | undefined {
  if (row['cloudId'] !== cloudId) return `belongs to cloud ${shown(row['cloudId'])}`
  if (!kinds.has(row['kind'])) return `kind ${shown(row['kind'])} does not exist`
  if (!states.has(row['state'])) return `state ${shown(row['state'])} does not exist`
  for (const name of sizes) if (!isSize(row[name])) return `${name} is ${shown(row[name])}`
  if ((row['reservedCores'] as number) > (row['cores'] as number)) return 'reserves more cores than it has'
  if ((row['reservedMemoryMiB'] as number) > (row['memoryMiB'] as number)) return 'reserves more memory than it has'
  for (const name of ['coreRatio', 'memoryRatio', 'diskRatio'] as const)
    if (!isOptionalSize(row[name]) || row[name] === 0) return `${name} is ${shown(row[name])}`
  for (const name of ['idlePowerW', 'fullPowerW'] as const)
    if (!isOptionalSize(row[name])) return `${name} is ${shown(row[name])}`
  return undefined
}

/** Only plain values under names; whatever else a driver may have put there is no property. */
function propertiesOf(value: unknown): Host['properties'] {
  const row = asRow(value)
  if (row === undefined) return undefined
  return Object.freeze(
    Object.fromEntries(
      Object.entries(row).filter(
        (entry): entry is [string, string | number | boolean] =>
          typeof entry[1] === 'string' || typeof entry[1] === 'boolean' || Number.isFinite(entry[1]),
      ),
    ),
  )
}
