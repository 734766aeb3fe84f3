// What sleeping hosts have, apart from the ledger: it is there again as soon as they wake.
import type { AsleepView } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { readSnapshots } from '../../state/read-snapshots.ts'

export function asleepNow({ state }: Pick<Application, 'state'>): AsleepView | undefined {
  const asleep = [...readSnapshots(state).values()].flatMap(({ hosts }) =>
    hosts.filter((host) => host.state === 'asleep'),
  )
  if (asleep.length === 0) return undefined
  return {
    hosts: asleep.length,
    cores: asleep.reduce((sum, { cores, reservedCores }) => sum + cores - reservedCores, 0),
    memoryMiB: asleep.reduce((sum, { memoryMiB, reservedMemoryMiB }) => sum + memoryMiB - reservedMemoryMiB, 0),
  }
}
