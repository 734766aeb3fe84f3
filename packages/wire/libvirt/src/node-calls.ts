// Calls about the machine the daemon runs on.
import { limits } from './limits.ts'
import { procedures } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import type { XdrReader } from './xdr-reader.ts'
import { protocolError } from './wire-error.ts'
import { XdrWriter } from './xdr-writer.ts'

export interface NodeInfo {
  readonly model: string
  readonly memoryKiB: number
  /** Hardware threads that are online. */
  readonly cpus: number
  readonly mhz: number
  readonly numaNodes: number
  readonly socketsPerNode: number
  readonly coresPerSocket: number
  readonly threadsPerCore: number
}

const modelBytes = 32
/** VIR_NODE_CPU_STATS_ALL_CPUS, VIR_NODE_MEMORY_STATS_ALL_CELLS. */
const all = -1

export function getNodeInfo(rpc: RpcClient, options: CallOptions): Promise<NodeInfo> {
  return rpc.call({ procedure: procedures.nodeGetInfo, read: readNodeInfo }, options)
}

function readNodeInfo(reply: XdrReader): NodeInfo {
  // A C array of char: each of them takes a whole word on the wire.
  const letters = Array.from({ length: modelBytes }, () => reply.int() & 0xff)
  const model = String.fromCharCode(...letters).replace(/\0.*$/s, '')
  return {
    model,
    memoryKiB: reply.uhyperNumber(),
    cpus: reply.int(),
    mhz: reply.int(),
    numaNodes: reply.int(),
    socketsPerNode: reply.int(),
    coresPerSocket: reply.int(),
    threadsPerCore: reply.int(),
  }
}

/** Nanoseconds since boot, summed over all CPUs, by name: kernel, user, idle, iowait. */
export function getNodeCpuStats(rpc: RpcClient, options: CallOptions): Promise<ReadonlyMap<string, number>> {
  const body = (count: number) => new XdrWriter().int(all).int(count).uint(0)
  return readNodeStats(rpc, { procedure: procedures.nodeGetCpuStats, body }, options)
}

/** KiB by name: total, free, buffers, cached. */
export function getNodeMemoryStats(rpc: RpcClient, options: CallOptions): Promise<ReadonlyMap<string, number>> {
  const body = (count: number) => new XdrWriter().int(count).int(all).uint(0)
  return readNodeStats(rpc, { procedure: procedures.nodeGetMemoryStats, body }, options)
}

/** The daemon wants to be asked for exactly as many figures as it has: first for their number, then for them. */
async function readNodeStats(
  rpc: RpcClient,
  call: { readonly procedure: number; readonly body: (count: number) => XdrWriter },
  options: CallOptions,
): Promise<ReadonlyMap<string, number>> {
  const read = (reply: XdrReader) => {
    const bounds = { max: limits.nodeStatsParams, minItemBytes: 12 }
    const pairs = reply.array(bounds, (item) => [item.string(limits.stringBytes), item.uhyperNumber()] as const)
    return { pairs, count: reply.int() }
  }
  const { count } = await rpc.call({ procedure: call.procedure, body: call.body(0), read }, options)
  if (count < 0 || count > limits.nodeStatsParams) throw protocolError(`a node with ${count} statistics`)
  const { pairs } = await rpc.call({ procedure: call.procedure, body: call.body(count), read }, options)
  return new Map(pairs)
}
