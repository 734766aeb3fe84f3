// Every format reads back what was generated, and all of them tell the same story of the same fleet.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateTrace, generatedFormats } from '../generate/generate-trace.ts'
import { makeFleet } from '../generate/make-fleet.ts'
import { readAll } from '../testing/read-all.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { detectFormat } from './detect-format.ts'

const fleetOptions = {
  seed: 3,
  shape: 'mixed' as const,
  hosts: 1,
  instancesPerHost: 12,
  scopes: 6,
  scopeS: 3600,
  stepS: 300,
  periodS: 7200,
  churn: 0.5,
}
const fleet = makeFleet(fleetOptions)

function hostUsage(step: number): number {
  return fleet.instances.reduce(
    (sum, one) => sum + (step >= one.from && step < one.to ? (one.cpu[step - one.from] as number) : 0),
    0,
  )
}

function fileName(format: string): string {
  if (format.endsWith('parquet')) return 'trace.parquet'
  if (format === 'scroogevm') return 'trace.json'
  return ['table', 'planetlab-table'].includes(format) ? 'trace.csv' : 'trace'
}

describe.each(generatedFormats)('%s', (format) => {
  it.each([false, true])('reads back what was generated (gzip %s)', async (gzip) => {
    const path = join(tempFolder(), fileName(format))
    generateTrace({ out: path, format, gzip, ...fleetOptions })
    expect(detectFormat(path)).toBe(format === 'table-parquet' ? 'table' : format)
    const { slices, faults } = await readAll(path, { scopeS: 3600, hostCores: 1000, hostMemoryMB: 1e6 })
    expect(slices).toHaveLength(6)
    expect(faults.counts).toEqual({})
    // PlanetLab: whole percentages of one core an instance, and nobody is ever absent.
    const isCoarse = format.startsWith('planetlab')
    for (const [index, slice] of slices.entries()) {
      expect(slice.index).toBe(index)
      const present = fleet.instances.filter(({ from, to }) => from < (index + 1) * 12 && to > index * 12)
      expect(slice.instances).toHaveLength(isCoarse ? 12 : present.length)
      const booked = slice.instances.reduce((sum, { cpu }) => sum + cpu.allocation, 0)
      expect(booked).toBe(isCoarse ? 12 : present.reduce((sum, { cores }) => sum + cores, 0))
      for (let i = 0; i < 12; i++) {
        if (isCoarse) continue
        // ScroogeVM's file has the host's own usage, which cannot be above its cores.
        const expected =
          format === 'scroogevm' ? Math.min(fleet.hostCores, hostUsage(index * 12 + i)) : hostUsage(index * 12 + i)
        const found = slice.cpu.usage[i] as number
        if (present.length === 0) expect(found).toBeNaN()
        else expect(found).toBeCloseTo(expected, 3)
      }
    }
  })
})

describe('planetlab', () => {
  it('takes a percentage of what an instance has', async () => {
    const folder = join(tempFolder(), 'day')
    mkdirSync(folder)
    writeFileSync(join(folder, 'b_node'), '10\n20\n')
    writeFileSync(join(folder, 'a_node'), '50\n100\n')
    const { slices } = await readAll(folder, { scopeS: 600, coresPerInstance: 2 })
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([1.2, 2.4])
    expect(slices[0]?.instances.map(({ name }) => name)).toEqual(['a_node', 'b_node'])
  })

  it('puts instances on hosts in their order', async () => {
    const file = join(tempFolder(), 'day.csv')
    writeFileSync(file, 'vm,0,1\nx,10,10\ny,20,20\nz,30,30\n')
    const { slices, hosts } = await readAll(file, { scopeS: 600, instancesPerHost: 2, soldRatio: 1 })
    expect(hosts).toEqual(['host-0', 'host-1'])
    expect(slices.map(({ instances }) => instances.map(({ name }) => name))).toEqual([['x', 'y'], ['z']])
    expect(slices.map(({ cpu }) => cpu.capacity)).toEqual([2, 1])
  })
})

describe('opendc', () => {
  it('spreads a merged row over its steps', async () => {
    const { writeParquet } = await import('../generate/write-parquet.ts')
    const folder = tempFolder()
    writeParquet(
      join(folder, 'meta.parquet'),
      [
        { name: 'id', type: 'text' },
        { name: 'cpu_count', type: 'int64' },
        { name: 'cpu_capacity', type: 'double' },
      ],
      [['1', 2, 5200]],
    )
    writeParquet(
      join(folder, 'trace.parquet'),
      [
        { name: 'id', type: 'text' },
        { name: 'timestamp', type: 'time-ms' },
        { name: 'duration', type: 'int64' },
        { name: 'cpu_count', type: 'int64' },
        { name: 'cpu_usage', type: 'double' },
      ],
      [
        ['1', 300_000, 300_000, 2, 2600],
        ['1', 900_000, 600_000, 0, 1300],
        ['1', 9e12, 8.9e12, 2, 1300],
        ['9', 900_000, 600_000, 2, 1300],
      ],
    )
    const { slices, faults } = await readAll(folder, { scopeS: 900 })
    // 2600 of 5200 MHz of 2 cores is one core; a cpu_count of 0 keeps the size.
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([1, 0.5, 0.5])
    // One row of three centuries is no sample.
    expect(faults.first.map(({ kind }) => kind)).toEqual(['bad-row', 'no-size'])
  })
})

describe('scroogevm', () => {
  const record = (cpu: number[], time: number[]) => ({ time, cpu: [4], mem: [100], cpu_usage: cpu, mem_usage: [10] })
  const document = (vm: unknown, node: unknown[] = [record([1], [10]), record([2], [20])]) => ({
    config: { node_name: 'n1', historical_occurences: 5, node_scope: 20, slice_scope: 10 },
    epoch: [0, 10],
    node: { raw_data: node },
    vm,
  })

  it('takes scope, slice and history from the file, and options over the history', async () => {
    const file = join(tempFolder(), 't.json.gz')
    writeFileSync(file, gzipSync(JSON.stringify(document({}))))
    const trace = await readAll(file)
    expect(trace).toMatchObject({ historyScopes: 5, slicesPerScope: 2, hosts: ['n1'] })
    expect(trace.slices.map(({ epochS }) => epochS)).toEqual([0, 10])
    expect((await readAll(file, { historyScopes: 1 })).historyScopes).toBe(1)
  })

  it('knows a repeat of the dead by its time, and an empty record as absence', async () => {
    const file = join(tempFolder(), 't.json')
    const vm = {
      dead: { raw_data: [record([1], [10]), record([1], [10])] },
      late: { raw_data: [{}, record([3], [20])] },
      steady: { raw_data: [record([2], [10]), record([2], [20])] },
    }
    writeFileSync(file, JSON.stringify(document(vm)))
    const { slices } = await readAll(file)
    expect(slices[0]?.instances.map(({ name }) => name)).toEqual(['dead', 'steady'])
    expect(slices[1]?.instances.map(({ name, isRepeat }) => [name, isRepeat])).toEqual([
      ['dead', true],
      ['late', false],
      ['steady', false],
    ])
  })

  it('a dump with its input can be read again and says the same', async () => {
    const { estimateTrace } = await import('../run/estimate-trace.ts')
    const folder = tempFolder()
    const file = join(folder, 't.json')
    generateTrace({ out: file, ...fleetOptions })
    const options = { strategies: ['nsigma' as const, 'borg' as const], asPublished: true, withInput: true }
    const first = await estimateTrace({ path: file, name: 't', options, outputFolder: folder }, () => undefined)
    const again = await estimateTrace({ path: join(folder, 't.nsigma.dump.json'), name: 't', options }, () => undefined)
    expect(again.rows).toEqual(first.rows)
    expect(JSON.parse(readFileSync(join(folder, 't.borg.dump.json'), 'utf8'))).toHaveProperty('vm.i-0-0.raw_data')
  })
})
