// A host as the API shows it: its size and state, its ledger from the last plan, what is used now.
import { type Host, type HostId, type HostView, type Proposal } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { ledgersOf } from '../../state/ledgers-of.ts'
import { emptyLine, ledgerLineView } from './ledger-view.ts'
import { only } from './only.ts'
import type { WorldIndex } from './world-index.ts'

type Shown = Pick<Application, 'state' | 'usage'>

export function hostView(host: Host, world: WorldIndex, app: Shown): HostView {
  const load = world.loadOfHost.get(host.id)
  const ledger = app.state.plan === undefined ? undefined : ledgersOf(app.state.plan).get(host.id)
  return {
    id: host.id,
    name: host.name,
    cloud: host.cloudId,
    kind: host.kind,
    state: host.state,
    cores: host.cores,
    memoryMiB: host.memoryMiB,
    instances: load?.all ?? 0,
    runningInstances: load?.running ?? 0,
    ...only('cpuCores', app.usage.latest(host.id, 'cpu')),
    ...only('usedMemoryMiB', app.usage.latest(host.id, 'memory')),
    measured: ledger?.measured ?? false,
    ledger: {
      cores: ledgerLineView(ledger?.cores ?? emptyLine(host.cores, host.reservedCores)),
      memoryMiB: ledgerLineView(ledger?.memoryMiB ?? emptyLine(host.memoryMiB, host.reservedMemoryMiB)),
    },
    ...only('lentByGuests', ledger?.lentByGuests),
    ...only('coreRatio', host.coreRatio),
    ...only('memoryRatio', host.memoryRatio),
    proposals: proposalsByHost(app.state.proposals).get(host.id) ?? 0,
    ...only('idlePowerW', host.idlePowerW),
    ...only('fullPowerW', host.fullPowerW),
  }
}

const counts = new WeakMap<object, ReadonlyMap<HostId, number>>()

/** How many open proposals concern each host; counted once per map, which the state replaces after each cycle. */
function proposalsByHost(proposals: ReadonlyMap<string, readonly Proposal[]>): ReadonlyMap<HostId, number> {
  let found = counts.get(proposals)
  if (found === undefined) {
    const built = new Map<HostId, number>()
    for (const list of proposals.values())
      for (const { hostId } of list) if (hostId !== undefined) built.set(hostId, (built.get(hostId) ?? 0) + 1)
    counts.set(proposals, (found = built))
  }
  return found
}
