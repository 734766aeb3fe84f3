// OpenDC's pair of Parquet files in one folder: meta.parquet (id, cpu_count, cpu_capacity in MHz of all cores together,
// mem_capacity in KB) and trace.parquet (id, timestamp at the end of the interval, duration in ms, cpu_count, cpu_usage in
// MHz). No usage of memory and no hosts. A row that stretches over several steps counts for each of them; a row with a
// cpu_count of 0 keeps the size the instance had.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openParquet } from './parquet-rows.ts'
import type { KnownInstance, TraceSink } from './trace-sink.ts'

export const opendcStepS = 300
/** A mean over more than this is no sample, and would be written out step by step. */
const longestS = 86_400

export function isOpendcFolder(folder: string): boolean {
  return existsSync(join(folder, 'meta.parquet')) && existsSync(join(folder, 'trace.parquet'))
}

interface Sized extends KnownInstance {
  readonly number: number
  readonly capacityMHz: number
}

export async function readOpendc(folder: string, sink: TraceSink, place: (instance: number) => number): Promise<void> {
  const known = await readMeta(join(folder, 'meta.parquet'), sink, place)
  const file = join(folder, 'trace.parquet')
  const table = await openParquet(file, sink.onBytes)
  const unknown = new Set<string>()
  try {
    for await (const { rows, firstRow } of table.rows(['id', 'timestamp', 'duration', 'cpu_count', 'cpu_usage'])) {
      for (let i = 0; i < rows.length; i++) {
        const [id, timestampMs, durationMs, count, usageMHz] = rows[i] as (number | string | undefined)[]
        const where = `row ${firstRow + i}`
        const instance = known.get(String(id))
        if (instance === undefined) {
          if (!unknown.has(String(id))) {
            const detail = `instance "${id}" is not in meta.parquet; its samples are left out`
            sink.fault('no-size', file, { position: where, detail })
            unknown.add(String(id))
          }
          continue
        }
        if (typeof timestampMs !== 'number' || typeof usageMHz !== 'number') {
          sink.fault('bad-row', file, { position: where, detail: 'the row has no time or no usage' })
          continue
        }
        if (typeof count === 'number' && count > 0) sink.resize(instance.number, { cpu: count })
        const durationS = typeof durationMs === 'number' && durationMs > 0 ? durationMs / 1000 : opendcStepS
        if (!(durationS <= longestS)) {
          const detail = `it lasts ${durationS} s; what is longer than a day is left out`
          sink.fault('bad-row', file, { position: where, detail })
          continue
        }
        const cores = sink.instances[instance.number]?.cpuAllocation ?? 0
        const cpu = (usageMHz / instance.capacityMHz) * cores
        const timeS = timestampMs / 1000 - durationS
        sink.sample({ instance: instance.number, timeS, durationS, cpu, memory: Number.NaN, where }, file)
      }
    }
  } finally {
    table.close()
  }
}

async function readMeta(
  file: string,
  sink: TraceSink,
  place: (instance: number) => number,
): Promise<Map<string, Sized>> {
  const table = await openParquet(file, sink.onBytes)
  const known = new Map<string, Sized>()
  try {
    for await (const { rows, firstRow } of table.rows(['id', 'cpu_count', 'cpu_capacity', 'mem_capacity'])) {
      for (let i = 0; i < rows.length; i++) {
        const [id, count, capacityMHz, memoryKB] = rows[i] as (number | string | undefined)[]
        const name = String(id)
        const where = `row ${firstRow + i}`
        if (known.has(name)) {
          sink.fault('duplicate-name', file, {
            position: where,
            detail: `"${name}" is there twice; the first one counts`,
          })
          continue
        }
        if (typeof count !== 'number' || typeof capacityMHz !== 'number' || !(count > 0) || !(capacityMHz > 0)) {
          sink.fault('no-size', file, { position: where, detail: `"${name}" has no cores or no speed and is left out` })
          continue
        }
        const host = sink.host(`host-${place(known.size)}`)
        const memoryAllocation = typeof memoryKB === 'number' ? memoryKB / 1000 : 0
        const instance = { name, host, cpuAllocation: count, memoryAllocation }
        known.set(name, { ...instance, number: sink.addInstance(instance), capacityMHz })
      }
    }
  } finally {
    table.close()
  }
  return known
}
