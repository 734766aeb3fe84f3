// One whole reading of one host: its size, its domains, and what could not be read of them.
import { hostId, type CloudId, type Host } from '@gleaner/model'
import { type CallOptions, getNodeInfo, LibvirtWireError, type RpcClient } from '@gleaner/wire-libvirt'
import type { DocumentCache } from './document-cache.ts'
import { readAllDomains, type DomainFault, type DomainReading } from './domain-reading.ts'
import { nodeMemory } from './node-figures.ts'
import type { LibvirtHostOptions } from './options.ts'

export interface HostReading {
  readonly host: Host
  readonly domains: readonly DomainReading[]
  readonly faults: readonly DomainFault[]
}

export async function readHost(
  host: LibvirtHostOptions,
  cloudId: CloudId,
  { rpc, call, documents }: { readonly rpc: RpcClient; readonly call: CallOptions; readonly documents: DocumentCache },
): Promise<HostReading> {
  const info = await getNodeInfo(rpc, call)
  const memory = await nodeMemory(rpc, call)
  if (info.cpus < 1) throw new LibvirtWireError('protocol', `a host with ${info.cpus} processors`)
  const { readings, faults } = await readAllDomains({ rpc, call, documents })
  // Of the two figures for the memory, the one usage is measured against.
  const memoryMiB = (memory.get('total') ?? info.memoryKiB) / 1024
  return {
    host: {
      id: hostId(cloudId, host.name),
      cloudId,
      name: host.name,
      kind: host.kind ?? 'hypervisor',
      state: 'up',
      cores: info.cpus,
      memoryMiB,
      // libvirt's storage is pools, which need not belong to the host.
      diskGiB: 0,
      reservedCores: host.reservedCores ?? 0,
      reservedMemoryMiB: Math.min(host.reservedMemoryMiB ?? 0, memoryMiB),
      // Nobody sells the host's room but whoever defines domains.
      coreRatio: undefined,
      memoryRatio: undefined,
      idlePowerW: undefined,
      fullPowerW: undefined,
    },
    domains: readings,
    faults,
  }
}
