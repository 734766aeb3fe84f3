// Connections that count as use: somebody streams from the machine, or has a remote desktop open. Established TCP connections whose
// own port is one of those named, from /proc/net/tcp and tcp6.
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

export interface PortRange {
  readonly from: number
  readonly to: number
}

const established = '01'
/** "0: 0100007F:170C 0100007F:D2F0 01 …": own address and port, the other's, state. */
const row = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) .*$/gm

export class PortMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #proc: string
  readonly #ports: readonly PortRange[]

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
    return seen('idle', 'no connection to any of the ports')
  }

  close(): void {}

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
