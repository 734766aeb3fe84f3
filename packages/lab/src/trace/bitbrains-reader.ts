// Bitbrains (GWA-T-12): one file an instance, cells parted by ";" and tabs, with a head line:
// Timestamp [ms]; CPU cores; CPU capacity provisioned [MHZ]; CPU usage [MHZ]; CPU usage [%]; Memory capacity provisioned
// [KB]; Memory usage [KB]; … . The time is in seconds in the published files, whatever the head says. Cores used = usage in
// MHz / (provisioned MHz / cores). KB count as 1000 bytes, as everywhere here.
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseTime } from './parse-time.ts'
import { readLines } from './read-lines.ts'
import type { KnownInstance, TraceSink } from './trace-sink.ts'

export const bitbrainsStepS = 300

export async function readBitbrains(path: string, sink: TraceSink, place: (instance: number) => number): Promise<void> {
  for (const file of bitbrainsFiles(path)) await readOne(file, sink, place)
}

export function bitbrainsFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => /\.csv(\.gz)?$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(path, name))
}

const columns = {
  time: /^timestamp/i,
  cores: /^cpu cores/i,
  capacityMHz: /^cpu capacity/i,
  usageMHz: /^cpu usage \[mhz\]/i,
  usagePercent: /^cpu usage \[%\]/i,
  memoryKB: /^memory capacity/i,
  memoryUsedKB: /^memory usage/i,
}

async function readOne(file: string, sink: TraceSink, place: (instance: number) => number): Promise<void> {
  const name = basename(file).replace(/\.csv(\.gz)?$/, '')
  const host = sink.host(`host-${place(sink.instances.length)}`)
  const known: KnownInstance = { name, host, cpuAllocation: 0, memoryAllocation: 0 }
  const instance = sink.addInstance(known)
  let at: Record<keyof typeof columns, number> | undefined
  for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string
      if (line.trim() === '') continue
      const where = `line ${firstNumber + i}`
      const cells = line.split(';').map((cell) => cell.trim())
      if (at === undefined) {
        const heads = cells
        at = Object.fromEntries(
          Object.entries(columns).map(([key, pattern]) => [key, heads.findIndex((head) => pattern.test(head))]),
        ) as Record<keyof typeof columns, number>
        continue
      }
      const read = (column: keyof typeof columns): number => {
        const text = cells[at?.[column] as number]
        return text === undefined || text === '' ? Number.NaN : Number(text)
      }
      const timeS = parseTime(cells[at.time] ?? '')
      if (Number.isNaN(timeS)) {
        sink.fault('bad-row', file, { position: where, detail: 'the row has no time and is left out' })
        continue
      }
      const cores = read('cores')
      if (cores > 0) known.cpuAllocation = cores
      if (read('memoryKB') >= 0) known.memoryAllocation = read('memoryKB') / 1000
      const byMHz = (read('usageMHz') / read('capacityMHz')) * known.cpuAllocation
      const cpu = Number.isFinite(byMHz) ? byMHz : (read('usagePercent') / 100) * known.cpuAllocation
      if (Number.isNaN(cpu)) {
        sink.fault('not-a-number', file, { position: where, detail: 'the row has no usage of the processor' })
      }
      sink.sample({ instance, timeS, cpu, memory: read('memoryUsedKB') / 1000, where }, file)
    }
  }
  if (known.cpuAllocation === 0) {
    sink.fault('no-size', file, { position: 'whole file', detail: 'no row tells how many cores the instance has' })
  }
  sink.endInstance(instance)
}
