// Everything that is read from an answer of OpenNebula that may be long: a pure function from the bytes as they came to
// plain values, so that it can be done on any thread.
import { XmlCursor } from '@gleaner/wire-xmlrpc'
import { type HostRow, readHost } from './host-document.ts'
import { type MonitoringTable, readHostMonitoring, readVmMonitoring } from './monitoring-document.ts'
import { documentIn, readOneAnswer } from './one-answer.ts'
import { readVm, type VmRow } from './vm-document.ts'
import { protocolErrorOf } from './wrong-document.ts'

/** Rows that could be read, and one sentence for each that could not. */
export interface Rows<T> {
  readonly rows: readonly T[]
  readonly faults: readonly string[]
}

export interface ParseResults {
  readonly vms: Rows<VmRow>
  readonly vm: VmRow
  readonly hosts: Rows<HostRow>
  readonly host: HostRow
  readonly 'vm-monitoring': MonitoringTable
  readonly 'host-monitoring': MonitoringTable
}

export type ParseKind = keyof ParseResults

type Readers = { readonly [K in ParseKind]: (cursor: XmlCursor) => ParseResults[K] }

const readers: Readers = {
  vms: (cursor) => readPool(cursor, { pool: 'VM_POOL', element: 'VM', read: readVm }),
  vm: (cursor) => readOne(cursor, 'VM', readVm),
  hosts: (cursor) => readPool(cursor, { pool: 'HOST_POOL', element: 'HOST', read: readHost }),
  host: (cursor) => readOne(cursor, 'HOST', readHost),
  'vm-monitoring': readVmMonitoring,
  'host-monitoring': readHostMonitoring,
}

/** Throws a OneError, an XmlRpcFault or an XmlRpcWireError; for a single object also a TypeError. */
export function parse<K extends ParseKind>(kind: K, answer: Uint8Array): ParseResults[K] {
  return readers[kind](new XmlCursor(documentIn(readOneAnswer(answer))))
}

function readPool<T>(
  cursor: XmlCursor,
  as: { readonly pool: string; readonly element: string; readonly read: (cursor: XmlCursor) => T },
): Rows<T> {
  if (cursor.root() !== as.pool) throw protocolErrorOf(as.pool)
  const rows: T[] = []
  const faults: string[] = []
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name !== as.element) {
      cursor.skip()
      continue
    }
    try {
      rows.push(as.read(cursor))
    } catch (error) {
      // The element was read to its end: what follows can be read all the same.
      if (!(error instanceof TypeError)) throw error
      faults.push(error.message)
    }
  }
  cursor.end()
  return { rows, faults }
}

function readOne<T>(cursor: XmlCursor, element: string, read: (cursor: XmlCursor) => T): T {
  if (cursor.root() !== element) throw protocolErrorOf(element)
  const row = read(cursor)
  cursor.end()
  return row
}
