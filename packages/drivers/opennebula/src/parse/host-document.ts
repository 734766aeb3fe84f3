// Reads one HOST element into plain values. Sizes come from HOST_SHARE: TOTAL_* is what the machine has, MAX_* what the
// scheduler may sell of it (less by RESERVED_*, or more when that is negative). CPU is in hundredths of a core, memory in
// KiB, disk in MiB.
import type { XmlCursor } from '@gleaner/wire-xmlrpc'
import { text as harmless } from './harmless-text.ts'
import { type IdleReport, readIdleVector } from './idle-report.ts'
import { whole } from './vm-document.ts'

export interface HostRow {
  readonly id: number
  readonly name: string
  readonly state: number
  readonly cluster: string
  readonly totalCpu: number
  readonly maxCpu: number
  readonly totalMemoryKiB: number
  readonly maxMemoryKiB: number
  readonly diskMiB: number
  /** Attributes of its template that Gleaner looks at, by name. */
  readonly attributes: Readonly<Record<string, string>>
  /** What probes of the older form said about the guests of this host. */
  readonly idle: readonly IdleReport[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const wanted = new Set(['ARCH', 'HYPERVISOR', 'MODELNAME', 'GLEANER_CLOSED'])
/** More guests than any host holds. */
const mostReports = 10_000

/** The cursor has just entered the HOST element; leaves it. Throws a TypeError that names what is missing. */
export function readHost(cursor: XmlCursor): HostRow {
  const row: Mutable<HostRow> = {
    id: Number.NaN,
    name: '',
    state: Number.NaN,
    cluster: '',
    totalCpu: 0,
    maxCpu: 0,
    totalMemoryKiB: 0,
    maxMemoryKiB: 0,
    diskMiB: 0,
    attributes: {},
    idle: [],
  }
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'ID') row.id = whole(cursor.text())
    else if (name === 'NAME') row.name = harmless(cursor.text())
    else if (name === 'STATE') row.state = whole(cursor.text())
    else if (name === 'CLUSTER') row.cluster = harmless(cursor.text())
    else if (name === 'HOST_SHARE') Object.assign(row, readShare(cursor))
    else if (name === 'TEMPLATE') Object.assign(row, readTemplate(cursor))
    else cursor.skip()
  }
  if (Number.isNaN(row.id)) throw new TypeError('a host without an id')
  if (Number.isNaN(row.state)) throw new TypeError(`host ${row.id}: its state is missing`)
  const sizes = [row.totalCpu, row.maxCpu, row.totalMemoryKiB, row.maxMemoryKiB, row.diskMiB]
  if (!sizes.every((size) => Number.isFinite(size))) throw new TypeError(`host ${row.id}: a size is no number`)
  return row
}

function readShare(cursor: XmlCursor): Partial<HostRow> {
  const found: Partial<Mutable<HostRow>> = {}
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'TOTAL_CPU') found.totalCpu = whole(cursor.text())
    else if (name === 'MAX_CPU') found.maxCpu = whole(cursor.text())
    else if (name === 'TOTAL_MEM') found.totalMemoryKiB = whole(cursor.text())
    else if (name === 'MAX_MEM') found.maxMemoryKiB = whole(cursor.text())
    else if (name === 'DATASTORES') found.diskMiB = readDisk(cursor)
    else cursor.skip()
  }
  return found
}

function readDisk(cursor: XmlCursor): number {
  let sizeMiB = 0
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'MAX_DISK') sizeMiB = whole(cursor.text())
    else cursor.skip()
  }
  return sizeMiB
}

function readTemplate(cursor: XmlCursor): Pick<HostRow, 'attributes' | 'idle'> {
  const attributes = new Map<string, string>()
  const idle: IdleReport[] = []
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'IDLE' && idle.length < mostReports) {
      const report = readIdleVector(cursor)
      if (report !== undefined) idle.push(report)
    } else if (wanted.has(name)) attributes.set(name, harmless(cursor.text()))
    else cursor.skip()
  }
  return { attributes: Object.fromEntries(attributes), idle }
}
