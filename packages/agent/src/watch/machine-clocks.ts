// The three clocks of the machine: monotonic, since boot with the time asleep, and on the wall.
import type { ClockReading } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'

export function machineClocks(proc: string): ClockReading {
  const [up = ''] = readSmallFile(`${proc}/uptime`).split(' ')
  return { monoMs: performance.now(), bootMs: Number(up === '' ? Number.NaN : up) * 1000, wallMs: Date.now() }
}
