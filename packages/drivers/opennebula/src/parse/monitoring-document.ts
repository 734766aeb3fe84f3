// Reads MONITORING_DATA, which holds the last record of every VM or host, into columns: ten thousand records become two
// arrays that pass from thread to thread at no cost, and not ten thousand objects. A value that is missing is NaN; a
// record without an id or a time is no record. Of several for one id the newest counts.
import type { XmlCursor } from '@gleaner/wire-xmlrpc'
import { number, parseIdleText, parseUsers } from './idle-report.ts'
import { protocolErrorOf } from './wrong-document.ts'

export const vmColumns = [
  'atS',
  'cpu',
  'memoryKiB',
  'rxBytes',
  'txBytes',
  'readBytes',
  'writeBytes',
  'agentUsers',
  // What the guest says of itself (IdleReport).
  'idleS',
  'guestUsers',
  'mark',
  'secondMark',
] as const
export const hostColumns = ['atS', 'cpu', 'memoryKiB'] as const

export interface MonitoringTable {
  readonly ids: Int32Array
  /** Row i, column c: `values[i * columns + c]`. */
  readonly values: Float64Array
  readonly columns: number
}

interface Row {
  readonly id: number
  readonly values: Float64Array
}

const vmNames: Readonly<Record<string, (typeof vmColumns)[number]>> = {
  TIMESTAMP: 'atS',
  CPU: 'cpu',
  MEMORY: 'memoryKiB',
  NETRX: 'rxBytes',
  NETTX: 'txBytes',
  DISKRDBYTES: 'readBytes',
  DISKWRBYTES: 'writeBytes',
}

export function readVmMonitoring(cursor: XmlCursor): MonitoringTable {
  return readTable(cursor, vmColumns.length, readVmRecord)
}

export function readHostMonitoring(cursor: XmlCursor): MonitoringTable {
  return readTable(cursor, hostColumns.length, readHostRecord)
}

function readTable(cursor: XmlCursor, columns: number, readRecord: (cursor: XmlCursor) => Row): MonitoringTable {
  if (cursor.root() !== 'MONITORING_DATA') throw protocolErrorOf('monitoring data')
  const rows = new Map<number, Float64Array>()
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name !== 'MONITORING') {
      cursor.skip()
      continue
    }
    const { id, values } = readRecord(cursor)
    const atS = values[0] ?? Number.NaN
    if (!Number.isInteger(id) || id < 0 || id > 0x7fff_ffff || !(atS > 0)) continue
    const known = rows.get(id)
    if (known === undefined || (known[0] ?? 0) <= atS) rows.set(id, values)
  }
  cursor.end()
  const table = {
    ids: Int32Array.from(rows.keys()),
    values: new Float64Array(rows.size * columns),
    columns,
  }
  let at = 0
  for (const values of rows.values()) {
    table.values.set(values, at)
    at += columns
  }
  return table
}

function readVmRecord(cursor: XmlCursor): Row {
  let id = Number.NaN
  const values = new Float64Array(vmColumns.length).fill(Number.NaN)
  const said = { text: '', seconds: '', users: '' }
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    const column = vmNames[name]
    if (column !== undefined) values[vmColumns.indexOf(column)] = number(cursor.text())
    else if (name === 'ID') id = number(cursor.text())
    else if (name === 'IDLE') said.text = cursor.text()
    else if (name === 'IDLE_SECONDS') said.seconds = cursor.text()
    else if (name === 'GUEST_USERS') said.users = cursor.text()
    else if (name === 'VM_USERS') values[vmColumns.indexOf('agentUsers')] = parseUsers(cursor.text())
    else cursor.skip()
  }
  const report = parseIdleText(said.text, id)
  const apart = [number(said.seconds), number(said.users)] as const
  const { idleS, users, marks } = report ?? { idleS: apart[0], users: apart[1], marks: apart }
  if (!Number.isNaN(idleS)) values.set([idleS, users, ...marks], vmColumns.indexOf('idleS'))
  return { id, values }
}

function readHostRecord(cursor: XmlCursor): Row {
  let id = Number.NaN
  const values = new Float64Array(hostColumns.length).fill(Number.NaN)
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'ID') id = number(cursor.text())
    else if (name === 'TIMESTAMP') values[0] = number(cursor.text())
    else if (name !== 'CAPACITY') cursor.skip()
    else {
      for (let inner = cursor.child(); inner !== undefined; inner = cursor.child()) {
        if (inner === 'USED_CPU') values[1] = number(cursor.text())
        else if (inner === 'USED_MEMORY') values[2] = number(cursor.text())
        else cursor.skip()
      }
    }
  }
  return { id, values }
}
