// Reads MONITORING_DATA, which holds the last record of every VM or host, into columns: ten thousand records become two
// arrays that pass from thread to thread at no cost, and not ten thousand objects. A value that is missing is NaN; a
// record without an id or a time is no record. Of several for one id the newest counts.
import { protocolErrorOf } from './wrong-document.ts'
import type { XmlCursor } from '@gleaner/wire-xmlrpc'
import { type IdleReport, number, parseIdleText, parseUsers } from './idle-report.ts'

export const vmColumns = [
  'atS',
  'cpu',
  'memoryKiB',
  'rxBytes',
  'txBytes',
  'readBytes',
  'writeBytes',
  'agentUsers',
] as const
export const hostColumns = ['atS', 'cpu', 'memoryKiB'] as const

export interface MonitoringTable {
  readonly ids: Int32Array
  /** Row i, column c: `values[i * columns + c]`. */
  readonly values: Float64Array
  readonly columns: number
  /** What the guests said of themselves. */
  readonly idle: readonly IdleReport[]
}

interface Row {
  readonly values: Float64Array
  readonly idle: IdleReport | undefined
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

function readTable(
  cursor: XmlCursor,
  columns: number,
  readRecord: (cursor: XmlCursor) => Row & { readonly id: number },
): MonitoringTable {
  if (cursor.root() !== 'MONITORING_DATA') throw protocolErrorOf('monitoring data')
  const rows = new Map<number, Row>()
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name !== 'MONITORING') {
      cursor.skip()
      continue
    }
    const { id, values, idle } = readRecord(cursor)
    const atS = values[0] ?? Number.NaN
    if (!Number.isInteger(id) || id < 0 || id > 0x7fff_ffff || !(atS > 0)) continue
    const known = rows.get(id)
    if (known === undefined || (known.values[0] ?? 0) <= atS) rows.set(id, { values, idle })
  }
  cursor.end()
  const table = {
    ids: Int32Array.from(rows.keys()),
    values: new Float64Array(rows.size * columns),
    columns,
    idle: [...rows.values()].flatMap(({ idle }) => (idle === undefined ? [] : [idle])),
  }
  let at = 0
  for (const { values } of rows.values()) {
    table.values.set(values, at)
    at += columns
  }
  return table
}

function readVmRecord(cursor: XmlCursor): Row & { readonly id: number } {
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
  return { id, values, idle: parseIdleText(said.text, id) ?? apart(said, id) }
}

function apart(said: { readonly seconds: string; readonly users: string }, vmId: number): IdleReport | undefined {
  const idleS = number(said.seconds)
  if (Number.isNaN(idleS)) return undefined
  return { vmId, users: number(said.users), idleS, mark: `${said.seconds}/${said.users}` }
}

function readHostRecord(cursor: XmlCursor): Row & { readonly id: number } {
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
  return { id, values, idle: undefined }
}
