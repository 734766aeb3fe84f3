// Calls that change domains. Each is one procedure. How soon they return differs: pause, resume and shutdown at once
// (shutdown only asks the guest), start when the process runs, managed save when the whole memory is on the disk.
import { nothing } from './connect-calls.ts'
import { onlyDomain, withFlags } from './domain-read-calls.ts'
import { readDomainRef, type DomainRef } from './domain-ref.ts'
import { limits } from './limits.ts'
import { procedures } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import { XdrWriter } from './xdr-writer.ts'

/** Stops the virtual CPUs; the memory stays. */
export function suspendDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainSuspend, body: onlyDomain(domain), read: nothing }, options)
}

export function resumeDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainResume, body: onlyDomain(domain), read: nothing }, options)
}

/** Wakes a guest that put itself to sleep (S3). */
export function wakeDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainPmWakeup, body: withFlags(domain, 0), read: nothing }, options)
}

/** Starts the domain: from its managed save image when there is one. */
export function createDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<DomainRef> {
  const body = withFlags(domain, 0)
  return rpc.call({ procedure: procedures.domainCreateWithFlags, body, read: readDomainRef }, options)
}

/** Asks the guest to switch itself off (agent or ACPI button); it may not listen. */
export function shutdownDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainShutdownFlags, body: withFlags(domain, 0), read: nothing }, options)
}

/** Pulls the plug. */
export function destroyDomain(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainDestroy, body: onlyDomain(domain), read: nothing }, options)
}

/**
 * Forgets the definition of a domain that does not run, and what only makes sense with it: `flags`, a union of `undefineFlags`.
 * Its disks stay.
 */
export function undefineDomain(
  rpc: RpcClient,
  target: { readonly domain: DomainRef; readonly flags: number },
  options: CallOptions,
): Promise<void> {
  const body = withFlags(target.domain, target.flags)
  return rpc.call({ procedure: procedures.domainUndefineFlags, body, read: nothing }, options)
}

/** Writes the memory to the disk and ends the process. `flags`: 0 or `saveRunning`. */
export function managedSave(
  rpc: RpcClient,
  target: { readonly domain: DomainRef; readonly flags: number },
  options: CallOptions,
): Promise<void> {
  const body = withFlags(target.domain, target.flags)
  return rpc.call({ procedure: procedures.domainManagedSave, body, read: nothing }, options)
}

/** Throws the saved memory away: the next start boots anew. */
export function removeManagedSave(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  const body = withFlags(domain, 0)
  return rpc.call({ procedure: procedures.domainManagedSaveRemove, body, read: nothing }, options)
}

/** Ends the job that runs on the domain, a save for example; it then goes on running. */
export function abortJob(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<void> {
  return rpc.call({ procedure: procedures.domainAbortJob, body: onlyDomain(domain), read: nothing }, options)
}

/** Sets the balloon's target. `impact`: a union of `affect`. */
export function setMemory(
  rpc: RpcClient,
  target: { readonly domain: DomainRef; readonly memoryKiB: number; readonly impact: number },
  options: CallOptions,
): Promise<void> {
  const body = onlyDomain(target.domain).uhyper(BigInt(target.memoryKiB)).uint(target.impact)
  return rpc.call({ procedure: procedures.domainSetMemoryFlags, body, read: nothing }, options)
}

/** Sets, or with `metadata` undefined removes, the XML element of the namespace `uri`. `key` becomes its prefix. */
export function setMetadata(
  rpc: RpcClient,
  target: {
    readonly domain: DomainRef
    readonly type: number
    readonly metadata: string | undefined
    readonly key: string
    readonly uri: string
    readonly impact: number
  },
  options: CallOptions,
): Promise<void> {
  const body = onlyDomain(target.domain).int(target.type)
  for (const text of [target.metadata, target.key, target.uri]) body.optional(text, (to, value) => to.string(value))
  body.uint(target.impact)
  return rpc.call({ procedure: procedures.domainSetMetadata, body, read: nothing }, options)
}

/** Defines a domain that does not run, or changes what the next start uses. */
export function defineDomain(rpc: RpcClient, xml: string, options: CallOptions): Promise<DomainRef> {
  if (xml.length > limits.stringBytes) throw new RangeError('the document is too long')
  const body = new XdrWriter(xml.length + 64).string(xml)
  return rpc.call({ procedure: procedures.domainDefineXml, body, read: readDomainRef }, options)
}
