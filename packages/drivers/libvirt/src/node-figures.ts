// Processor time and memory of a host itself. Not every hypervisor's part of libvirt tells them (Xen's has no memory figures,
// the test driver neither): the host is read all the same, and what is not told is not measured.
import {
  type CallOptions,
  errorNumbers,
  getNodeCpuStats,
  getNodeMemoryStats,
  LibvirtRemoteError,
  type RpcClient,
} from '@gleaner/wire-libvirt'

export type NodeFigures = ReadonlyMap<string, number>

/** Empty where the hypervisor tells none. */
export function nodeCpu(rpc: RpcClient, call: CallOptions): Promise<NodeFigures> {
  return getNodeCpuStats(rpc, call).catch(noneUnlessOffered)
}

/** Empty where the hypervisor tells none. */
export function nodeMemory(rpc: RpcClient, call: CallOptions): Promise<NodeFigures> {
  return getNodeMemoryStats(rpc, call).catch(noneUnlessOffered)
}

function noneUnlessOffered(error: unknown): NodeFigures {
  if (error instanceof LibvirtRemoteError && error.code === errorNumbers.noSupport) return new Map()
  throw error
}
