// Connections that count as use: somebody streams from the machine, or has a remote desktop open. Established TCP connections whose
// own port is one of those named, from /proc/net/tcp and tcp6.
//
// To write these tables the kernel walks through all it could hold: milliseconds. It counts in one line how many connections were ever
// opened; a table without one of the ports stays so until that count moves. The count moves a moment before the connection is in
// the table, so two looks have to agree on it. Where there is no such count every look reads the tables.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export interface PortRange {
  readonly from: number
  readonly to: number
}

const none = 'no connection to any of the ports'
const established = '01'
/** "0: 0100007F:170C 0100007F:D2F0 01 …": own address and port, the other's, state. */
const row = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) .*$/gm

export class PortMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #proc: string
  readonly #ports: readonly PortRange[]
  /** What the count was at the last looks that found none of the ports, the newest last. */
  #opened: readonly (number | undefined)[] = []

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly ports: readonly PortRange[] },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#proc = how.roots.proc
    this.#ports = how.ports
  }

  read(): Seen {
    const opened = openedSoFar(this.#proc)
    const [earlier, last] = this.#opened
    if (opened !== undefined && opened === last && last === earlier) return seen('idle', none)
    this.#opened = []
    for (const table of ['tcp', 'tcp6']) {
      let text: string
      try {
        text = readSmallFile(`${this.#proc}/net/${table}`)
      } catch (error) {
        // A machine without IPv6 has no connections of it.
        if (table === 'tcp6' && (error as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw error
      }
      const open = this.#openPort(text, table)
      if (open !== undefined) return seen('active', `a connection to port ${open} is open`, { port: open })
    }
    this.#opened = [last, opened]
    return seen('idle', none)
  }

  close(): void {
    this.#opened = []
  }

  /** The first of the ports with a connection. Every row has to be one: half a table is none. */
  #openPort(text: string, table: string): number | undefined {
    let rows = -1
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows += 1
    let read = 0
    let open: number | undefined
    for (const [, local = '', state] of text.matchAll(row)) {
      read += 1
      const port = Number.parseInt(local, 16)
      if (state === established && this.#ports.some(({ from, to }) => port >= from && port <= to)) open ??= port
    }
    if (rows !== read || !text.endsWith('\n')) throw new Error(`${this.#proc}/net/${table}: not a table of connections`)
    return open
  }
}

/** Connections opened from here and from afar, of both kinds of addresses, of the two lines "Tcp:" in /proc/net/snmp. */
function openedSoFar(proc: string): number | undefined {
  try {
    const [names, values] = readSmallFile(`${proc}/net/snmp`)
      .split('\n')
      .filter((line) => line.startsWith('Tcp:'))
      .map((line) => line.split(' '))
    const at = (name: string) => Number(values?.[names?.indexOf(name) ?? -1] ?? Number.NaN)
    const opened = at('ActiveOpens') + at('PassiveOpens')
    return Number.isSafeInteger(opened) ? opened : undefined
  } catch {
    return undefined
  }
}
