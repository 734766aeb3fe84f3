// Writes a synthetic fleet as a trace in any of the formats the lab reads. Files of text are gzipped when `gzip` is set. The
// same options give the same bytes. Formats without hosts hold all instances in the order of their hosts, so that
// --instances-per-host puts them back.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { GleanerError } from '@gleaner/model/errors'
import { type Fleet, type FleetInstance, type FleetOptions, loadShapes, makeFleet } from './make-fleet.ts'
import { writeParquet } from './write-parquet.ts'

export { loadShapes } from './make-fleet.ts'

export const generatedFormats = [
  'scroogevm',
  'planetlab',
  'planetlab-table',
  'bitbrains',
  'opendc',
  'azure',
  'table',
  'table-parquet',
] as const
export type GeneratedFormat = (typeof generatedFormats)[number]

export interface GenerateOptions extends Partial<FleetOptions> {
  readonly out: string
  readonly format?: GeneratedFormat
  readonly gzip?: boolean
}

const defaults: FleetOptions = {
  seed: 1,
  shape: 'mixed',
  hosts: 1,
  instancesPerHost: 60,
  scopes: 48,
  scopeS: 1800,
  stepS: 30,
  periodS: 21_600,
  churn: 0.2,
}

/** Speed of one core where a format counts in MHz. */
const coreMHz = 2600
/** 2023-01-02, a Monday: seasons of traces with dates begin where people expect. */
const startS = 1_672_617_600

/** Gives the path of the file or folder. */
export function generateTrace(options: GenerateOptions): string {
  const { out, format = 'scroogevm', gzip = false, ...rest } = options
  const fleetOptions: FleetOptions = { ...defaults, ...rest }
  requireSound(fleetOptions)
  const fleet = makeFleet(fleetOptions)
  mkdirSync(dirname(out), { recursive: true })
  const write = (file: string, text: string): void => writeFileSync(file, gzip ? gzipSync(text) : text)
  switch (format) {
    case 'scroogevm':
      if (fleetOptions.hosts !== 1) {
        const detail = 'a trace of ScroogeVM holds one host'
        throw new GleanerError('lab-option', { option: 'hosts', value: fleetOptions.hosts, detail })
      }
      write(out, scroogeText(fleet))
      return out
    case 'planetlab':
      mkdirSync(out, { recursive: true })
      for (const instance of fleet.instances) {
        write(join(out, instance.name), percents(fleet, instance).join('\n'))
      }
      return out
    case 'planetlab-table': {
      const head = ['vm', ...Array.from({ length: fleet.steps }, (_, step) => step)].join(',')
      write(
        out,
        `${[head, ...fleet.instances.map((one) => [one.name, ...percents(fleet, one)].join(','))].join('\n')}\n`,
      )
      return out
    }
    case 'bitbrains':
      mkdirSync(out, { recursive: true })
      for (const [i, instance] of fleet.instances.entries()) {
        write(join(out, `${i + 1}.csv${gzip ? '.gz' : ''}`), bitbrainsText(fleet, instance))
      }
      return out
    case 'opendc':
      mkdirSync(out, { recursive: true })
      writeOpendc(out, fleet)
      return out
    case 'azure':
      mkdirSync(out, { recursive: true })
      writeAzure(out, fleet, { write, suffix: gzip ? '.gz' : '' })
      return out
    case 'table':
      write(
        out,
        `${[tableHeads.map(({ name }) => name).join(','), ...[...tableRows(fleet)].map((row) => row.join(','))].join('\n')}\n`,
      )
      return out
    case 'table-parquet':
      writeParquet(out, tableHeads, tableRows(fleet))
      return out
  }
}

function requireSound(options: FleetOptions): void {
  if (!loadShapes.includes(options.shape)) {
    const detail = `there are only ${loadShapes.join(', ')}`
    throw new GleanerError('lab-option', { option: 'shape', value: options.shape, detail })
  }
  for (const option of ['hosts', 'instancesPerHost', 'scopes', 'scopeS', 'stepS', 'periodS'] as const) {
    if (options[option] > 0 && Number.isFinite(options[option])) continue
    throw new GleanerError('lab-option', { option, value: options[option], detail: 'it must be above 0' })
  }
}

function scroogeText(fleet: Fleet): string {
  const { scopes, scopeS, stepS } = fleet.options
  const perScope = Math.round(scopeS / stepS)
  const slices = Array.from({ length: scopes }, (_, slice) => slice)
  const times = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => startS + (from + i) * stepS)
  const node = slices.map((slice) => {
    const cpu = new Float64Array(perScope)
    const memory = new Float64Array(perScope)
    const names: string[] = []
    for (const one of fleet.instances) {
      const { from, to } = overlap(one, slice * perScope, (slice + 1) * perScope)
      if (from >= to) continue
      names.push(one.name)
      for (let step = from; step < to; step++) {
        const at = step - slice * perScope
        cpu[at] = (cpu[at] as number) + (one.cpu[step - one.from] as number)
        memory[at] = (memory[at] as number) + (one.memory[step - one.from] as number)
      }
    }
    const cap = (value: number, most: number): number => Math.round(Math.min(most, value) * 1e4) / 1e4
    return {
      time: times(slice * perScope, (slice + 1) * perScope),
      cpu: [fleet.hostCores],
      mem: [fleet.hostMemoryMB],
      cpu_usage: Array.from(cpu, (value) => cap(value, fleet.hostCores)),
      mem_usage: Array.from(memory, (value) => cap(value, fleet.hostMemoryMB)),
      vm: names,
    }
  })
  const vm = Object.fromEntries(
    fleet.instances.map((one) => [
      one.name,
      {
        raw_data: slices.map((slice) => {
          const { from, to } = overlap(one, slice * perScope, (slice + 1) * perScope)
          if (from >= to) return {}
          return {
            time: times(from, to),
            cpu: [one.cores],
            mem: [one.memoryMB],
            cpu_usage: Array.from(one.cpu.subarray(from - one.from, to - one.from)),
            mem_usage: Array.from(one.memory.subarray(from - one.from, to - one.from)),
          }
        }),
      },
    ]),
  )
  return JSON.stringify({
    config: { node_name: 'generated', historical_occurences: 3, node_scope: scopeS, slice_scope: scopeS },
    epoch: slices.map((slice) => slice * scopeS),
    node: { raw_data: node },
    vm,
  })
}

function overlap(one: FleetInstance, from: number, to: number): { from: number; to: number } {
  return { from: Math.max(one.from, from), to: Math.min(one.to, to) }
}

/** Whole percentages of the instance, 0 while it is not there: the format knows no absence. */
function percents(fleet: Fleet, one: FleetInstance): number[] {
  return Array.from({ length: fleet.steps }, (_, step) =>
    step < one.from || step >= one.to ? 0 : Math.round(((one.cpu[step - one.from] as number) / one.cores) * 100),
  )
}

function bitbrainsText(fleet: Fleet, one: FleetInstance): string {
  const heads = [
    'Timestamp [ms]',
    'CPU cores',
    'CPU capacity provisioned [MHZ]',
    'CPU usage [MHZ]',
    'CPU usage [%]',
    'Memory capacity provisioned [KB]',
    'Memory usage [KB]',
  ]
  const rows = Array.from(one.cpu, (cpu, i) =>
    [
      startS + (one.from + i) * fleet.options.stepS,
      one.cores,
      one.cores * coreMHz,
      cpu * coreMHz,
      (cpu / one.cores) * 100,
      one.memoryMB * 1000,
      (one.memory[i] as number) * 1000,
    ].join(';\t'),
  )
  return `${[heads.join(';\t'), ...rows].join('\n')}\n`
}

function writeOpendc(folder: string, fleet: Fleet): void {
  const stepMs = fleet.options.stepS * 1000
  const atMs = (step: number): number => startS * 1000 + step * stepMs
  writeParquet(
    join(folder, 'meta.parquet'),
    [
      { name: 'id', type: 'text' },
      { name: 'start_time', type: 'time-ms' },
      { name: 'stop_time', type: 'time-ms' },
      { name: 'cpu_count', type: 'int64' },
      { name: 'cpu_capacity', type: 'double' },
      { name: 'mem_capacity', type: 'int64' },
    ],
    fleet.instances.map((one) => [
      one.name,
      atMs(one.from),
      atMs(one.to),
      one.cores,
      one.cores * coreMHz,
      one.memoryMB * 1000,
    ]),
  )
  function* rows(): Generator<(string | number)[]> {
    for (const one of fleet.instances) {
      for (const [i, cpu] of one.cpu.entries())
        yield [one.name, atMs(one.from + i + 1), stepMs, one.cores, cpu * coreMHz]
    }
  }
  writeParquet(
    join(folder, 'trace.parquet'),
    [
      { name: 'id', type: 'text' },
      { name: 'timestamp', type: 'time-ms' },
      { name: 'duration', type: 'int64' },
      { name: 'cpu_count', type: 'int64' },
      { name: 'cpu_usage', type: 'double' },
    ],
    rows(),
  )
}

function writeAzure(
  folder: string,
  fleet: Fleet,
  { write, suffix }: { write: (file: string, text: string) => void; suffix: string },
): void {
  const { stepS } = fleet.options
  const sizes = fleet.instances.map((one) =>
    [one.name, 's', 'd', one.from * stepS, one.to * stepS, '', '', '', 'Unknown', one.cores, one.memoryMB / 1000].join(
      ',',
    ),
  )
  write(join(folder, `vmtable.csv${suffix}`), `${sizes.join('\n')}\n`)
  const lines: string[] = []
  for (let step = 0; step < fleet.steps; step++) {
    for (const one of fleet.instances) {
      if (step < one.from || step >= one.to) continue
      const percent = ((one.cpu[step - one.from] as number) / one.cores) * 100
      lines.push([step * stepS, one.name, percent, percent, percent].join(','))
    }
  }
  write(join(folder, `vm_cpu_readings-file-1-of-1.csv${suffix}`), `${lines.join('\n')}\n`)
}

const tableHeads = [
  { name: 'time', type: 'double' },
  { name: 'host', type: 'text' },
  { name: 'instance', type: 'text' },
  { name: 'cpu', type: 'double' },
  { name: 'memory', type: 'double' },
  { name: 'cpu_allocated', type: 'double' },
  { name: 'memory_allocated', type: 'double' },
  { name: 'host_cpu', type: 'double' },
  { name: 'host_memory', type: 'double' },
] as const

function* tableRows(fleet: Fleet): Generator<(string | number)[]> {
  for (let step = 0; step < fleet.steps; step++) {
    for (const one of fleet.instances) {
      if (step < one.from || step >= one.to) continue
      const at = step - one.from
      yield [
        startS + step * fleet.options.stepS,
        `host-${one.host}`,
        one.name,
        one.cpu[at] as number,
        one.memory[at] as number,
        one.cores,
        one.memoryMB,
        fleet.hostCores,
        fleet.hostMemoryMB,
      ]
    }
  }
}
