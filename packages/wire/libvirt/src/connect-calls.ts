// Calls about the connection as a whole. Each is one procedure: arguments in, reply out, nothing decided.
import { limits } from './limits.ts'
import { procedures } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import type { XdrReader } from './xdr-reader.ts'
import { XdrWriter } from './xdr-writer.ts'

export const nothing = (): undefined => undefined
const oneString = (reply: XdrReader): string => reply.string(limits.stringBytes)
const oneInt = (reply: XdrReader): number => reply.int()

/** Authentication types the daemon offers (remote_auth_type). Must be the first call on a connection. */
export function authList(rpc: RpcClient, options: CallOptions): Promise<number[]> {
  const bounds = { max: limits.authTypes, minItemBytes: 4 }
  return rpc.call({ procedure: procedures.authList, read: (reply) => reply.array(bounds, oneInt) }, options)
}

/** Lets the daemon ask polkit about our process. */
export function authPolkit(rpc: RpcClient, options: CallOptions): Promise<number> {
  return rpc.call({ procedure: procedures.authPolkit, read: oneInt }, options)
}

export function connectOpen(rpc: RpcClient, name: string, options: CallOptions): Promise<void> {
  const body = new XdrWriter().optional(name, (to, text) => to.string(text)).uint(0)
  return rpc.call({ procedure: procedures.connectOpen, body, read: nothing }, options)
}

export function connectClose(rpc: RpcClient, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.connectClose, read: nothing }, options)
}

export async function supportsFeature(rpc: RpcClient, feature: number, options: CallOptions): Promise<boolean> {
  const body = new XdrWriter().int(feature)
  return (await rpc.call({ procedure: procedures.connectSupportsFeature, body, read: oneInt }, options)) === 1
}

export function getHostname(rpc: RpcClient, options: CallOptions): Promise<string> {
  return rpc.call({ procedure: procedures.connectGetHostname, read: oneString }, options)
}

/** The capabilities document (XML). */
export function getCapabilities(rpc: RpcClient, options: CallOptions): Promise<string> {
  return rpc.call({ procedure: procedures.connectGetCapabilities, read: oneString }, options)
}

/** As "9.0.0". */
export function getLibvirtVersion(rpc: RpcClient, options: CallOptions): Promise<string> {
  return rpc.call({ procedure: procedures.connectGetLibVersion, read: version }, options)
}

export function getHypervisorVersion(rpc: RpcClient, options: CallOptions): Promise<string> {
  return rpc.call({ procedure: procedures.connectGetVersion, read: version }, options)
}

/** libvirt packs a version as major * 1,000,000 + minor * 1,000 + release. */
function version(reply: XdrReader): string {
  const packed = reply.uhyperNumber()
  return `${Math.floor(packed / 1_000_000)}.${Math.floor(packed / 1_000) % 1_000}.${packed % 1_000}`
}
