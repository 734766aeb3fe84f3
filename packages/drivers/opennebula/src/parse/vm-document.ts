// Reads one VM element, of a pool or alone, into plain values. What OpenNebula itself writes (ids, states, sizes) must be
// right, or the element is refused as a whole; what users write (names, attributes) is taken as text and made harmless.
import { text as harmless } from './harmless-text.ts'
import type { XmlCursor } from '@gleaner/wire-xmlrpc'

export interface VmRow {
  readonly id: number
  readonly name: string
  readonly owner: { readonly id: number; readonly name: string }
  readonly group: { readonly id: number; readonly name: string }
  readonly state: number
  readonly lcmState: number
  readonly createdAtS: number
  readonly vcpus: number
  /** What the scheduler books, in cores. */
  readonly cpu: number
  readonly memoryMiB: number
  readonly diskMiB: number
  readonly templateId: string | undefined
  /** The user's own attributes, by name in upper case; those with inner attributes left out. */
  readonly user: Readonly<Record<string, string>>
  /** Who holds the lock, when there is one. */
  readonly lockedBy: number | undefined
  /** The newest record of its history; undefined when it was never placed. */
  readonly history: VmHistory | undefined
}

export interface VmHistory {
  readonly seq: number
  readonly hostId: number
  readonly runningSinceS: number
  readonly runningUntilS: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Attributes of one user, and the length of each, that are kept; nobody needs more to say "leave this alone". */
const mostAttributes = 200

/** The cursor has just entered the VM element; leaves it. Throws a TypeError that names what is missing. */
export function readVm(cursor: XmlCursor): VmRow {
  let id = Number.NaN
  const row: Partial<Mutable<VmRow>> = {}
  let owner = { id: Number.NaN, name: '' }
  let group = { id: Number.NaN, name: '' }
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    switch (name) {
      case 'ID':
        id = whole(cursor.text())
        break
      case 'NAME':
        row.name = harmless(cursor.text())
        break
      case 'UID':
        owner = { ...owner, id: whole(cursor.text()) }
        break
      case 'GID':
        group = { ...group, id: whole(cursor.text()) }
        break
      case 'UNAME':
        owner = { ...owner, name: harmless(cursor.text()) }
        break
      case 'GNAME':
        group = { ...group, name: harmless(cursor.text()) }
        break
      case 'STATE':
        row.state = whole(cursor.text())
        break
      case 'LCM_STATE':
        row.lcmState = whole(cursor.text())
        break
      case 'STIME':
        row.createdAtS = whole(cursor.text())
        break
      case 'LOCK':
        row.lockedBy = readLock(cursor)
        break
      case 'TEMPLATE':
        Object.assign(row, readTemplate(cursor))
        break
      case 'USER_TEMPLATE':
        row.user = readAttributes(cursor)
        break
      case 'HISTORY_RECORDS':
        row.history = readHistory(cursor)
        break
      default:
        cursor.skip()
    }
  }
  return checked({
    id,
    name: row.name ?? `vm-${id}`,
    owner,
    group,
    state: row.state ?? Number.NaN,
    lcmState: row.lcmState ?? Number.NaN,
    createdAtS: row.createdAtS ?? 0,
    vcpus: row.vcpus ?? 1,
    cpu: row.cpu ?? 0,
    memoryMiB: row.memoryMiB ?? Number.NaN,
    diskMiB: row.diskMiB ?? 0,
    templateId: row.templateId,
    user: row.user ?? {},
    lockedBy: row.lockedBy,
    history: row.history,
  })
}

function checked(row: VmRow): VmRow {
  const wrong = (what: string) => new TypeError(`VM ${Number.isNaN(row.id) ? 'without an id' : row.id}: ${what}`)
  if (Number.isNaN(row.id)) throw wrong('it cannot be told which it is')
  if (Number.isNaN(row.state) || Number.isNaN(row.lcmState)) throw wrong('its state is missing')
  if (Number.isNaN(row.owner.id) || Number.isNaN(row.group.id)) throw wrong('its owner is missing')
  if (!(row.memoryMiB > 0)) throw wrong('its memory is missing')
  if (!(row.vcpus > 0) || !(row.cpu >= 0)) throw wrong('its processors are no number')
  if (!(row.diskMiB >= 0)) throw wrong('the size of a disk is no number')
  return row
}

function readTemplate(cursor: XmlCursor): Partial<VmRow> {
  const found: Partial<Mutable<VmRow>> = {}
  let diskMiB = 0
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'CPU') found.cpu = Number(cursor.text())
    else if (name === 'VCPU') found.vcpus = Number(cursor.text())
    else if (name === 'MEMORY') found.memoryMiB = Number(cursor.text())
    else if (name === 'TEMPLATE_ID') found.templateId = harmless(cursor.text())
    else if (name === 'DISK') diskMiB += readDisk(cursor)
    else cursor.skip()
  }
  return { ...found, diskMiB }
}

function readDisk(cursor: XmlCursor): number {
  let sizeMiB = 0
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'SIZE') sizeMiB = Number(cursor.text())
    else cursor.skip()
  }
  return sizeMiB
}

function readAttributes(cursor: XmlCursor): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    const value = harmless(cursor.text())
    if (found.size < mostAttributes) found.set(name.toUpperCase(), value)
  }
  return Object.fromEntries(found)
}

function readLock(cursor: XmlCursor): number {
  let owner = -1
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'OWNER') owner = whole(cursor.text())
    else cursor.skip()
  }
  return owner
}

function readHistory(cursor: XmlCursor): VmHistory | undefined {
  let newest: VmHistory | undefined
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    const record = readRecord(cursor)
    if (newest === undefined || record.seq > newest.seq) newest = record
  }
  return newest
}

function readRecord(cursor: XmlCursor): VmHistory {
  const record: Mutable<VmHistory> = { seq: -1, hostId: -1, runningSinceS: 0, runningUntilS: 0 }
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'SEQ') record.seq = whole(cursor.text())
    else if (name === 'HID') record.hostId = whole(cursor.text())
    else if (name === 'RSTIME') record.runningSinceS = whole(cursor.text())
    else if (name === 'RETIME') record.runningUntilS = whole(cursor.text())
    else cursor.skip()
  }
  return record
}

/** NaN for whatever is no whole number. */
export function whole(text: string): number {
  return /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : Number.NaN
}
