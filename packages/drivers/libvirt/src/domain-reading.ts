// Reads domains of one host: state, size, metadata, saved image. All of them in two bulk calls and one call per document;
// one of them in the same calls restricted to it, so that both tell the same.
//
// A domain that goes away between two calls is not there. One whose document cannot be read becomes a fault of its own
// and does not hide the others.
import {
  type CallOptions,
  type DomainRef,
  type DomainStats,
  errorNumbers,
  getAllDomainStats,
  getState,
  getXml,
  hasManagedSave,
  LibvirtRemoteError,
  listAllDomains,
  listFlags,
  type RpcClient,
  statsGroups,
  statsNoWait,
} from '@gleaner/wire-libvirt'
import type { DocumentCache } from './document-cache.ts'
import type { DomainDocument } from './domain-document.ts'
import { isContradictory, type RawState } from './instance-state.ts'

export interface DomainReading {
  readonly ref: DomainRef
  readonly raw: RawState
  readonly document: DomainDocument
  readonly diskGiB: number
  /** What else was asked for with it. */
  readonly stats: DomainStats
}

export interface DomainFault {
  readonly ref: DomainRef
  readonly error: unknown
}

interface Reader {
  readonly rpc: RpcClient
  readonly call: CallOptions
  readonly documents: DocumentCache
}

const groups = statsGroups.state | statsGroups.block
/** One domain is looked at to see what became of a step, which may have been about its memory. */
const groupsOfOne = groups | statsGroups.balloon
/** One more than the connection lets through, so that it never waits for us. */
const readersAtOnce = 5
const bytesPerGiB = 1024 ** 3

export async function readAllDomains(
  reader: Reader,
): Promise<{ readonly readings: readonly DomainReading[]; readonly faults: readonly DomainFault[] }> {
  const { rpc, call, documents } = reader
  const stats = await getAllDomainStats(rpc, { groups, flags: statsNoWait }, call)
  // After the states: an image that is already gone again is noticed, one that was not there yet would not be.
  const saved = new Set((await listAllDomains(rpc, listFlags.managedSave, call)).map((ref) => ref.uuid))
  documents.keepOnly(new Set(stats.map(({ domain }) => domain.uuid)))
  const readings: DomainReading[] = []
  const faults: DomainFault[] = []
  const rest = stats.values()
  const readRest = async () => {
    for (const record of rest) {
      try {
        const reading = await readOne(reader, record, saved.has(record.domain.uuid))
        if (reading !== undefined) readings.push(reading)
      } catch (error) {
        if (!isOfThisDomain(error)) throw error
        faults.push({ ref: record.domain, error })
      }
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, readRest))
  return { readings, faults }
}

/** Undefined when the host does not have it. */
export async function readDomain(reader: Reader, ref: DomainRef): Promise<DomainReading | undefined> {
  const { rpc, call } = reader
  return unlessGone(async () => {
    const [record] = await getAllDomainStats(rpc, { groups: groupsOfOne, flags: statsNoWait, domains: [ref] }, call)
    if (record === undefined) return undefined
    return readOne(reader, record, await hasManagedSave(rpc, ref, call))
  })
}

function readOne(reader: Reader, record: DomainStats, hasSavedImage: boolean): Promise<DomainReading | undefined> {
  const { rpc, call, documents } = reader
  const ref = record.domain
  return unlessGone(async () => {
    const xml = await getXml(rpc, ref, call)
    const bulk = { state: number(record, 'state.state'), reason: number(record, 'state.reason'), hasSavedImage }
    const raw = isContradictory(bulk) ? await readAgain(reader, ref) : bulk
    return { ref, raw, document: documents.read(ref.uuid, xml), diskGiB: diskGiB(record), stats: record }
  })
}

async function readAgain({ rpc, call }: Reader, ref: DomainRef): Promise<RawState> {
  const state = await getState(rpc, ref, call)
  return { ...state, hasSavedImage: await hasManagedSave(rpc, ref, call) }
}

/** Sum of the disks' virtual sizes; disks whose size libvirt does not know count as nothing. */
function diskGiB(record: DomainStats): number {
  let bytes = 0
  for (let i = 0; i < number(record, 'block.count'); i++) bytes += number(record, `block.${i}.capacity`)
  return bytes / bytesPerGiB
}

function number(record: DomainStats, name: string): number {
  const value = record.params.get(name)
  return typeof value === 'number' ? value : 0
}

async function unlessGone<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof LibvirtRemoteError && error.code === errorNumbers.noDomain) return undefined
    throw error
  }
}

/** A document we cannot read, or an error libvirt has with this domain alone; anything else ends the whole reading. */
function isOfThisDomain(error: unknown): boolean {
  return error instanceof LibvirtRemoteError || error instanceof TypeError
}
