// Calls that read domains. Each is one procedure.
import { domainRefMinBytes, readDomainRef, uuidBytes, writeDomainRef, type DomainRef } from './domain-ref.ts'
import { limits } from './limits.ts'
import { procedures } from './programs.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'
import { readTypedParams, type TypedParams } from './typed-params.ts'
import type { XdrReader } from './xdr-reader.ts'
import { XdrWriter } from './xdr-writer.ts'

export interface DomainState {
  /** A virDomainState (`domainStates`). */
  readonly state: number
  readonly reason: number
}

export interface DomainInfo {
  readonly state: number
  readonly maxMemoryKiB: number
  readonly memoryKiB: number
  readonly vcpus: number
  readonly cpuTimeNs: number
}

export interface DomainStats {
  readonly domain: DomainRef
  readonly params: TypedParams
}

export interface DomainJobInfo {
  /** A virDomainJobType (`jobTypes`). */
  readonly type: number
  readonly timeElapsedMs: number
  readonly dataTotalBytes: number
  readonly dataProcessedBytes: number
}

const domainBounds = { max: limits.domains, minItemBytes: domainRefMinBytes }

/** `flags`: a union of `listFlags`. */
export function listAllDomains(rpc: RpcClient, flags: number, options: CallOptions): Promise<DomainRef[]> {
  const body = new XdrWriter().int(1).uint(flags)
  const read = (reply: XdrReader) => {
    const domains = reply.array(domainBounds, readDomainRef)
    reply.uint()
    return domains
  }
  return rpc.call({ procedure: procedures.connectListAllDomains, body, read }, options)
}

export function lookupByUuid(rpc: RpcClient, uuid: string, options: CallOptions): Promise<DomainRef> {
  const body = new XdrWriter().opaque(uuidBytes(uuid))
  return rpc.call({ procedure: procedures.domainLookupByUuid, body, read: readDomainRef }, options)
}

export function lookupByName(rpc: RpcClient, name: string, options: CallOptions): Promise<DomainRef> {
  const body = new XdrWriter().string(name)
  return rpc.call({ procedure: procedures.domainLookupByName, body, read: readDomainRef }, options)
}

export function getState(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<DomainState> {
  const read = (reply: XdrReader) => ({ state: reply.int(), reason: reply.int() })
  return rpc.call({ procedure: procedures.domainGetState, body: withFlags(domain, 0), read }, options)
}

export function getInfo(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<DomainInfo> {
  const read = (reply: XdrReader) => ({
    state: reply.uint(),
    maxMemoryKiB: reply.uhyperNumber(),
    memoryKiB: reply.uhyperNumber(),
    vcpus: reply.uint(),
    cpuTimeNs: reply.uhyperNumber(),
  })
  return rpc.call({ procedure: procedures.domainGetInfo, body: onlyDomain(domain), read }, options)
}

/** The domain's document (XML), without secrets: the live one while it runs. */
export function getXml(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<string> {
  const read = (reply: XdrReader) => reply.string(limits.stringBytes)
  return rpc.call({ procedure: procedures.domainGetXmlDesc, body: withFlags(domain, 0), read }, options)
}

export async function hasManagedSave(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<boolean> {
  const read = (reply: XdrReader) => reply.int()
  const body = withFlags(domain, 0)
  return (await rpc.call({ procedure: procedures.domainHasManagedSaveImage, body, read }, options)) === 1
}

/**
 * Statistics of all domains in one call. `groups`: a union of `statsGroups`; `flags`: a union of `listFlags` (which
 * domains) and `statsNoWait`. With `domains` given, only those are asked for.
 */
export function getAllDomainStats(
  rpc: RpcClient,
  query: { readonly groups: number; readonly flags: number; readonly domains?: readonly DomainRef[] },
  options: CallOptions,
): Promise<DomainStats[]> {
  const body = new XdrWriter()
    .array(query.domains ?? [], writeDomainRef)
    .uint(query.groups)
    .uint(query.flags)
  const bounds = { max: limits.domains, minItemBytes: domainRefMinBytes + 4 }
  const read = (reply: XdrReader) =>
    reply.array(bounds, (item) => ({
      domain: readDomainRef(item),
      params: readTypedParams(item, limits.statsParamsPerDomain),
    }))
  return rpc.call({ procedure: procedures.connectGetAllDomainStats, body, read }, options)
}

/** What the domain is busy with (a save, a migration), and how far it is. */
export function getJobInfo(rpc: RpcClient, domain: DomainRef, options: CallOptions): Promise<DomainJobInfo> {
  const read = (reply: XdrReader) => {
    const type = reply.int()
    // elapsed, remaining; then total, processed, remaining of data, memory and file.
    const figures = Array.from({ length: 11 }, () => reply.uhyperNumber())
    const [timeElapsedMs = 0, , dataTotalBytes = 0, dataProcessedBytes = 0] = figures
    return { type, timeElapsedMs, dataTotalBytes, dataProcessedBytes }
  }
  return rpc.call({ procedure: procedures.domainGetJobInfo, body: onlyDomain(domain), read }, options)
}

/** The XML element of the namespace `uri`; fails with `errorNumbers.noDomainMetadata` when there is none. */
export function getMetadata(
  rpc: RpcClient,
  query: { readonly domain: DomainRef; readonly type: number; readonly uri: string; readonly impact: number },
  options: CallOptions,
): Promise<string> {
  const body = onlyDomain(query.domain).int(query.type)
  body.optional(query.uri, (to, text) => to.string(text)).uint(query.impact)
  const read = (reply: XdrReader) => reply.string(limits.stringBytes)
  return rpc.call({ procedure: procedures.domainGetMetadata, body, read }, options)
}

export function onlyDomain(domain: DomainRef): XdrWriter {
  const body = new XdrWriter()
  writeDomainRef(body, domain)
  return body
}

export function withFlags(domain: DomainRef, flags: number): XdrWriter {
  return onlyDomain(domain).uint(flags)
}
