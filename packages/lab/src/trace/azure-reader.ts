// Azure's public dataset (V1 and V2) in one folder: vmtable.csv (no head line: id, subscription, deployment, created,
// deleted, max, avg, p95 max, category, cores, memory in GB; sizes as numbers or buckets such as ">24") and
// vm_cpu_readings*.csv (time in s, id, min, max, avg in percent of the instance, every 300 s), plain or gzip. The average
// counts as the usage. No usage of memory and no hosts.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from './read-lines.ts'
import { splitRow } from './split-row.ts'
import type { TraceSink } from './trace-sink.ts'

export const azureStepS = 300

export function isAzureFolder(folder: string): boolean {
  const names = readdirSync(folder)
  return names.some((name) => /^vmtable\.csv(\.gz)?$/.test(name)) && names.some((name) => readings.test(name))
}

const readings = /^vm_cpu_readings.*\.csv(\.gz)?$/

export async function readAzure(folder: string, sink: TraceSink, place: (instance: number) => number): Promise<void> {
  const names = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const table = join(folder, names.find((name) => name.startsWith('vmtable.csv')) as string)
  const known = await readSizes(table, sink, place)
  const unknown = new Set<string>()
  for (const name of names.filter((candidate) => readings.test(candidate))) {
    const file = join(folder, name)
    for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
      for (let i = 0; i < lines.length; i++) {
        const line = lines[i] as string
        if (line === '') continue
        const where = `line ${firstNumber + i}`
        const [time, id, , , average] = splitRow(line, ',') as [string, string?, string?, string?, string?]
        const timeS = Number(time)
        const percent = average === undefined || average === '' ? Number.NaN : Number(average)
        if (id === undefined || Number.isNaN(timeS) || Number.isNaN(percent)) {
          const detail = 'not a row of time, id, min, max, avg; it is left out'
          sink.fault('bad-row', file, { position: where, detail })
          continue
        }
        const instance = known.get(id)
        if (instance === undefined) {
          if (!unknown.has(id)) {
            const detail = `instance "${id}" is not in vmtable.csv; its samples are left out`
            sink.fault('no-size', file, { position: where, detail })
            unknown.add(id)
          }
          continue
        }
        const cores = sink.instances[instance]?.cpuAllocation ?? 0
        sink.sample({ instance, timeS, cpu: (percent / 100) * cores, memory: Number.NaN, where }, file)
      }
    }
  }
}

async function readSizes(
  file: string,
  sink: TraceSink,
  place: (instance: number) => number,
): Promise<Map<string, number>> {
  const known = new Map<string, number>()
  for await (const { lines, firstNumber } of readLines({ file, onBytes: sink.onBytes, faults: sink.faults })) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] as string
      const where = `line ${firstNumber + i}`
      const cells = splitRow(line, ',')
      const name = cells[0] as string
      if (line === '' || /^vm ?id$/i.test(name)) continue
      const cores = sizeOf(cells[9])
      const memoryGB = sizeOf(cells[10])
      if (!(cores > 0)) {
        sink.fault('no-size', file, { position: where, detail: `"${name}" has no number of cores and is left out` })
        continue
      }
      if (known.has(name)) {
        sink.fault('duplicate-name', file, {
          position: where,
          detail: `"${name}" is there twice; the first one counts`,
        })
        continue
      }
      const host = sink.host(`host-${place(known.size)}`)
      const memoryAllocation = memoryGB > 0 ? memoryGB * 1000 : 0
      known.set(name, sink.addInstance({ name, host, cpuAllocation: cores, memoryAllocation }))
    }
  }
  return known
}

/** "4" is 4; ">24" is at least that. */
function sizeOf(text: string | undefined): number {
  return text === undefined ? Number.NaN : Number.parseFloat(text.replace('>', ''))
}
