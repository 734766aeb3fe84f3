// Calls that only libvirt's qemu driver has, in a program of their own. Each is one procedure.
import { onlyDomain } from './domain-read-calls.ts'
import type { DomainRef } from './domain-ref.ts'
import { limits } from './limits.ts'
import { qemuProgram } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import type { XdrReader } from './xdr-reader.ts'

/**
 * Hands one command to the guest agent inside the domain and gives its answer as text, which is the guest's word. The daemon gives
 * the guest up to five seconds to be in step and `timeoutS` seconds to answer, and may wait half a minute before that for somebody
 * else's command; so long at most is one of its workers held. Domains that were asked so count as "tainted" in its log.
 */
export function askGuestAgent(
  rpc: RpcClient,
  ask: { readonly domain: DomainRef; readonly command: string; readonly timeoutS: number },
  options: CallOptions,
): Promise<string | undefined> {
  const body = onlyDomain(ask.domain).string(ask.command).int(ask.timeoutS).uint(0)
  // Up to what the protocol allows: a long answer is this guest's fault and must not end a connection that serves others.
  const read = (reply: XdrReader) => reply.optional((text) => text.string(limits.stringBytes))
  return rpc.call({ program: qemuProgram, procedure: qemuProgram.agentCommand, body, read }, options)
}
