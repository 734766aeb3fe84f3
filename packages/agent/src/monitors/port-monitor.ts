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
      for (const row of text.split('\n').slice(1)) {
        if (row.trim() === '') continue
        const [, local = '', , state] = row.trim().split(/\s+/)
        const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)
        if (!Number.isInteger(port) || state === undefined)
          throw new Error(`${this.#proc}/net/${table}: "${row.trim().slice(0, 40)}" is no connection`)
        if (state === established && this.#ports.some(({ from, to }) => port >= from && port <= to))
          return seen('active', `a connection to port ${port} is open`, { port })
      }
    }
    return seen('idle', 'no connection to any of the ports')
  }

  close(): void {}
}
