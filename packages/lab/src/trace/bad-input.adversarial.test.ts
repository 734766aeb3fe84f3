// Everything that can be wrong with a trace: named with file and position, the rest used where that is sound, and nothing
// ever counted as a silent zero.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { isError } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { generateTrace } from '../generate/generate-trace.ts'
import { readAll } from '../testing/read-all.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import type { TraceOptions } from './open-trace.ts'
import { longestLine } from './read-lines.ts'

const perMinute: TraceOptions = { scopeS: 240, stepS: 60, hostCores: 1000 }
const unsized: TraceOptions = { scopeS: 240, stepS: 60 }

function table(...rows: string[]): string {
  const file = join(tempFolder(), 'trace.csv')
  writeFileSync(file, `${rows.join('\n')}\n`)
  return file
}

function scrooge(text: string): string {
  const file = join(tempFolder(), 'trace.json')
  writeFileSync(file, text)
  return file
}

const document = (cpuUsage: string, more = '', capacity = '8') =>
  `{"config": {"node_name": "n", "node_scope": 10, "slice_scope": 10}, "epoch": [0, 10], "node": {"raw_data": [
  {"cpu": [${capacity}], "mem": [100], "cpu_usage": [1, 2], "mem_usage": [5, 6], "vm": ["a"]},
  {"cpu": [8], "mem": [100], "cpu_usage": ${cpuUsage}, "mem_usage": [5, 6], "vm": ["a"]}]},
  "vm": {"a": {"raw_data": [{"cpu": [2], "mem": [50], "cpu_usage": [1, 2], "mem_usage": [5, 6]}, {}]}${more}}}`

async function refusal(path: string, options: TraceOptions = {}): Promise<{ message: string; code: string }> {
  try {
    await readAll(path, options)
  } catch (error) {
    if (isError(error)) return { message: error.message, code: error.code }
    throw error
  }
  throw new Error('it was read')
}

describe('JSON', () => {
  it('that is cut off is refused as a whole, with the place of the cut', async () => {
    const whole = document('[1, 2]')
    for (const length of [whole.length - 1, whole.length - 40, Math.floor(whole.length / 2), 3]) {
      const file = scrooge(whole.slice(0, length))
      const { message, code } = await refusal(file)
      expect(code).toBe('trace-unreadable')
      expect(message).toContain(file)
      expect(message).toContain(`byte ${length}`)
    }
  })

  it('that is empty, or no JSON at all, says so', async () => {
    expect((await refusal(scrooge(''))).message).toContain('empty')
    expect((await refusal(scrooge('  \n '))).message).toContain('empty')
    expect((await refusal(scrooge('{"config": ]'))).message).toContain('byte 11')
    expect((await refusal(scrooge('{"config": {}}'))).message).toContain('node.raw_data')
    expect((await refusal(scrooge('{"config": {"a": 01x}}'))).message).toContain('01x')
  })

  it('NaN, infinite, missing and negative samples are named by their path and left out', async () => {
    const { slices, faults } = await readAll(scrooge(document('[NaN, -1, null, Infinity, 4]')))
    expect(Array.from(slices[1]?.cpu.usage ?? [])).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4])
    expect(faults.first.map(({ kind, position }) => `${kind} ${position}`)).toEqual([
      'not-a-number node.raw_data[1].cpu_usage[0]',
      'negative node.raw_data[1].cpu_usage[1]',
      'not-a-number node.raw_data[1].cpu_usage[2]',
      'not-a-number node.raw_data[1].cpu_usage[3]',
    ])
  })

  it('lists of whole numbers are as good as any', async () => {
    const { slices, faults } = await readAll(scrooge(document('[3, 4]')))
    expect(Array.from(slices[1]?.cpu.usage ?? [])).toEqual([3, 4])
    expect(faults.counts).toEqual({})
  })

  it('a second instance of the same name is another instance', async () => {
    const twin = ', "a": {"raw_data": [{"cpu": [4], "mem": [1], "cpu_usage": [1], "mem_usage": [1]}]}'
    const { slices, faults } = await readAll(scrooge(document('[1]', twin)))
    expect(slices[0]?.instances.map(({ name, cpu }) => [name, cpu.allocation])).toEqual([
      ['a', 2],
      ['a#2', 4],
    ])
    expect(faults.counts).toEqual({ 'duplicate-name': 1 })
  })

  it('names may hold any character', async () => {
    const name = 'ü "\\\n/../😀,;'
    const odd = `, ${JSON.stringify(name)}: {"raw_data": [{"cpu": [4], "mem": [1], "cpu_usage": [1], "mem_usage": [1]}]}`
    const { slices } = await readAll(scrooge(document('[1]', odd)))
    expect(slices[0]?.instances.map((one) => one.name)).toEqual(['a', name])
  })

  it('zero capacity is named, and has no estimate', async () => {
    const { slices, faults } = await readAll(scrooge(document('[1]', '', '0')))
    expect(slices[0]?.cpu.capacity).toBe(0)
    expect(faults.first[0]).toMatchObject({ kind: 'no-capacity', position: 'node.raw_data[0].cpu' })
  })

  it('time that goes back is named', async () => {
    const back = `, "b": {"raw_data": [
      {"time": [20], "cpu": [1], "mem": [1], "cpu_usage": [1], "mem_usage": [1]},
      {"time": [10], "cpu": [1], "mem": [1], "cpu_usage": [1], "mem_usage": [1]}]}`
    const { faults } = await readAll(scrooge(document('[1]', back)))
    expect(faults.first[0]).toMatchObject({ kind: 'time-went-back', position: 'vm.b.raw_data[1].time' })
  })

  it('a scope that is no whole number of slices is refused', async () => {
    const text = document('[1]').replace('"node_scope": 10', '"node_scope": 15')
    expect((await refusal(scrooge(text))).code).toBe('lab-option')
  })
})

describe('tables', () => {
  it('an empty file, a file without the columns and a file that is not there are refused by name', async () => {
    expect((await refusal(table(''))).message).toContain('empty')
    expect((await refusal(table('time,cpu', '1,2'))).message).toContain('"instance"')
    expect((await refusal(table('time,instance', '1,2'))).message).toContain('"cpu"')
    expect((await refusal(join(tempFolder(), 'nothing.csv'))).message).toContain('no such file')
    expect((await refusal(table('hello'))).code).toBe('trace-format-unknown')
  })

  it('samples that are no number, negative or missing are left out by line', async () => {
    const { slices, faults } = await readAll(
      table('time,instance,cpu', '0,a,1', '60,a,x', '120,a,-2', '180,a,', '240,a,3', '300,a,3', '360,a,3', '420,a,3'),
      perMinute,
    )
    expect(faults.first.map(({ kind, position }) => `${kind} ${position}`)).toEqual([
      'not-a-number line 3',
      'negative line 4',
      'missing line 5',
      'short-slice slice 0',
    ])
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([3, 3, 3, 3])
  })

  it('a host that is made smaller than what its instances use is told once by name', async () => {
    const head = 'time,host,instance,cpu,cpu_allocated,memory,memory_allocated'
    const row = (time: number, host: string, memory: number) => `${time},${host},a,1,2,${memory},4000`
    const rows = Array.from({ length: 12 }, (_, nth) => [
      row(nth * 60, 'h1', nth === 7 ? 3500 : 3000),
      row(nth * 60, 'h2', 1900),
    ])
    const file = table(head, ...rows.flat())
    const told = async (options: TraceOptions) =>
      (await readAll(file, { ...unsized, ...options })).faults.first.map(({ kind, position, detail }) => [
        kind,
        position,
        detail,
      ])
    expect(await told({ soldRatio: 2 })).toEqual([
      [
        'host-too-small',
        'slice 1',
        'host "h1" has 2000 MB of memory, made of 4000 sold at 2 to 1, but its instances use up to 3500: what is said of it misleads; see --sold-ratio and --host-memory',
      ],
    ])
    expect(await told({ hostMemoryMB: 1000, hostCores: 0.5 })).toHaveLength(4)
    expect(await told({ soldRatio: 1 })).toEqual([])
    const [unknown] = (await readAll(table('time,instance,cpu', '0,a,4', '60,a,4', '120,a,4'), unsized)).faults.first
    expect(unknown?.detail).toMatch(/^the host has 1 cores, for nothing tells its size, but its instances use up to 4:/)
  })

  it('a host whose size the trace tells is taken as it is', async () => {
    const rows = Array.from({ length: 8 }, (_, nth) => `${nth * 60},h,a,4.1,8,4`)
    const { faults } = await readAll(table('time,host,instance,cpu,cpu_allocated,host_cpu', ...rows), unsized)
    expect(faults.first).toEqual([])
  })

  it('a hole counts with the mean of the instance, not with zero', async () => {
    const { slices } = await readAll(
      table('time,instance,cpu', '0,a,2', '0,b,1', '60,b,1', '120,a,4', '120,b,1', '180,a,3', '180,b,1'),
      perMinute,
    )
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([3, 4, 5, 4])
    expect(slices[0]?.instances[0]?.cpu.usage[1]).toBeNaN()
  })

  it('a counter that falls has wrapped: that interval is left out', async () => {
    const { slices, faults } = await readAll(
      table(
        'time,instance,cpu_seconds_total',
        '0,a,0',
        '60,a,60',
        '120,a,180',
        '180,a,10',
        '240,a,40',
        '300,a,70',
        '360,a,100',
        '420,a,130',
      ),
      perMinute,
    )
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([Number.NaN, 1, 2, Number.NaN])
    expect(Array.from(slices[1]?.cpu.usage ?? [])).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(faults.first.map(({ kind, position }) => `${kind} ${position}`)).toEqual(['counter-went-back line 5'])
  })

  it('time going back is named, and what is newer stays', async () => {
    const { slices, faults } = await readAll(
      table('time,instance,cpu', '0,a,1', '60,a,2', '0,a,9', '120,a,3', '180,a,4'),
      perMinute,
    )
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([1, 2, 3, 4])
    expect(faults.first).toMatchObject([{ kind: 'time-went-back', position: 'line 4, time 0' }])
  })

  it('unequal steps fall into the cells of their time', async () => {
    const { slices } = await readAll(
      table('time,instance,cpu', '0,a,1', '10,a,3', '65,a,5', '130,a,7', '239,a,9'),
      perMinute,
    )
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([2, 5, 7, 9])
  })

  it('an instance without a host is left out by name, the others stay', async () => {
    const { slices, faults } = await readAll(
      table('time,host,instance,cpu,cpu_allocated', '0,h,a,1,2', '60,,lost,5,8', '60,h,a,1,2', '120,h,a,1,2'),
      perMinute,
    )
    expect(slices[0]?.instances.map(({ name }) => name)).toEqual(['a'])
    expect(faults.first).toMatchObject([
      { kind: 'no-host', position: 'line 3', detail: expect.stringContaining('"lost"') },
    ])
  })

  it('the same name on two hosts is two instances', async () => {
    const { slices } = await readAll(
      table('time,host,instance,cpu', '0,h,a,1', '0,g,a,2', '60,h,a,1', '60,g,a,2', '120,h,a,1', '120,g,a,2'),
      perMinute,
    )
    expect(slices.map(({ cpu }) => cpu.usage[0])).toEqual([1, 2])
  })

  it('names may hold separators and quotes', async () => {
    const { slices } = await readAll(
      table('time,instance,cpu', '0,"a, ""b""",1', '60,"a, ""b""",1', '120,"a, ""b""",1'),
      perMinute,
    )
    expect(slices[0]?.instances[0]?.name).toBe('a, "b"')
  })

  it('rows of another width are left out by line', async () => {
    const { faults } = await readAll(table('time,instance,cpu', '0,a,1', '60,a', '120,a,1', '180,a,1'), perMinute)
    expect(faults.first).toMatchObject([{ kind: 'bad-row', position: 'line 3' }])
  })

  it('a compressed file that is cut off gives its whole lines and says where it ends', async () => {
    const rows = Array.from(
      { length: 40_000 },
      (_, i) => `${i * 60},a,${(i % 7) + Math.round(Math.sin(i) * 1e6) / 1e6}`,
    )
    const packed = gzipSync(`time,instance,cpu\n${rows.join('\n')}\n`)
    const file = join(tempFolder(), 'trace.csv.gz')
    writeFileSync(file, packed.subarray(0, Math.floor(packed.length / 2)))
    const { slices, faults } = await readAll(file, perMinute)
    expect(slices.length).toBeGreaterThan(1000)
    expect(faults.counts['cut-off']).toBe(1)
    expect(faults.first[0]?.position).toMatch(/^line \d+$/)
  })

  it('a compressed file that is damaged is refused: what came before the damage shows may be wrong', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => `${i * 60},a,${Math.round(Math.sin(i) ** 2 * 1e6) / 1e6}`)
    const packed = gzipSync(`time,instance,cpu\n${rows.join('\n')}\n`)
    packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 4)
    const file = join(tempFolder(), 'trace.csv.gz')
    writeFileSync(file, packed)
    const { message, code } = await refusal(file, perMinute)
    expect(code).toBe('trace-unreadable')
    expect(message).toMatch(/trace\.csv\.gz: the compressed data are damaged \(after byte \d+ of them\)/)
  })

  it('a scope or slice that is shorter than the step of the samples is refused by name, as of every format', async () => {
    const file = table('time,instance,cpu', ...Array.from({ length: 20 }, (_, nth) => `${nth * 300},a,1`))
    const { code, message } = await refusal(file, { scopeS: 100 })
    expect([code, message]).toEqual([
      'lab-option',
      `The option --scope is 100, but ${file} has a sample every 300 s: nothing shorter can be told.`,
    ])
    expect((await refusal(file, { scopeS: 600, sliceS: 200 })).message).toContain('The option --slice is 200')
    expect((await refusal(file, { scopeS: 100, stepS: 200 })).message).toContain('has a sample every 200 s')
    expect((await readAll(file, { scopeS: 300, hostCores: 4, hostMemoryMB: 1 })).slices).toHaveLength(20)
    // One sample of each instance tells no step.
    const single = table('time,instance,cpu', '0,a,1', '100,b,1', '200,c,1')
    expect((await readAll(single, { scopeS: 100, hostCores: 4, hostMemoryMB: 1 })).slices).toHaveLength(3)
  })

  it('what no machine can use is left out by line, so that no strategy is lost to it', async () => {
    const rows = ['0,a,1,5', '60,a,1e308,5', '120,a,18446744073.7,5', '180,a,1,8589934592', '240,a,1,5', '300,a,1,5']
    const file = table('time,instance,cpu,memory', ...rows, '360,a,Infinity,5', '420,a,1,5', '480,a,1,5', '540,a,1,5')
    const { slices, faults } = await readAll(file, { scopeS: 360, stepS: 60, hostMemoryMB: 1000 })
    expect(faults.first.map(({ kind, position }) => `${kind} ${position}`)).toEqual([
      'too-high line 3',
      'too-high line 4',
      'too-high line 5',
      'too-high line 8',
    ])
    expect(slices[0]?.cpu.usage).toEqual(Float64Array.of(1, Number.NaN, Number.NaN, 1, 1, 1))
    expect(slices[0]?.memory.usage).toEqual(Float64Array.of(5, 5, 5, Number.NaN, 5, 5))
  })

  it('an endless line is skipped without being held', async () => {
    const file = join(tempFolder(), 'trace.csv.gz')
    const packer = createGzip({ level: 1 })
    const stream = packer.pipe(createWriteStream(file))
    packer.write('time,instance,cpu\n0,a,1\n60,a,')
    // 400 MB without a line break, which pack into a few hundred kB; a line of 5 GB takes the same path.
    const piece = Buffer.alloc(1 << 20, 0x39)
    for (let i = 0; i < 400; i++) {
      if (!packer.write(piece)) await new Promise((resolve) => packer.once('drain', resolve))
    }
    packer.end('\n120,a,3\n180,a,4\n')
    await finished(stream)
    const before = process.memoryUsage().rss
    const { slices, faults } = await readAll(file, perMinute)
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6)
    expect(faults.first).toMatchObject([{ kind: 'line-too-long', position: 'line 3' }])
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([1, Number.NaN, 3, 4])
    expect(longestLine).toBeLessThan(8 << 20)
  }, 60_000)

  it('a host of no capacity has no estimate instead of an endless one', async () => {
    const { estimateTrace } = await import('../run/estimate-trace.ts')
    const file = table('time,host,instance,cpu,cpu_allocated,host_cpu', '0,h,a,1,1,0', '60,h,a,1,1,0', '120,h,a,1,1,0')
    const options = { ...perMinute, strategies: ['gleaner' as const, 'nsigma' as const], asPublished: false }
    const { rows } = await estimateTrace({ path: file, name: 'zero', options }, () => undefined)
    expect(rows).toEqual([])
  })
})

describe('folders', () => {
  it('without anything to read are refused by name', async () => {
    const folder = tempFolder()
    expect((await refusal(folder)).code).toBe('trace-format-unknown')
    writeFileSync(join(folder, 'readme'), 'hello')
    expect((await refusal(folder)).code).toBe('trace-format-unknown')
  })

  it('PlanetLab’s bad lines and doubled names are named, the rest is used', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'a'), '10\nten\n30\n')
    const { slices, faults } = await readAll(folder, { scopeS: 900 })
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([0.1, Number.NaN, 0.3])
    expect(faults.first).toMatchObject([{ kind: 'not-a-number', position: 'line 2', file: join(folder, 'a') }])
    const day = join(tempFolder(), 'day.csv')
    writeFileSync(day, 'vm,0,1\nx,10,\nx,20,20\n')
    const table2 = await readAll(day, { scopeS: 600 })
    expect(table2.faults.counts).toEqual({ missing: 1, 'duplicate-name': 1 })
    expect(table2.slices[0]?.instances.map(({ name }) => name)).toEqual(['x', 'x#3'])
  })

  it('Parquet that is damaged is refused by name', async () => {
    const file = join(tempFolder(), 'trace.parquet')
    generateTrace({ out: file, format: 'table-parquet', scopes: 1, instancesPerHost: 2 })
    writeFileSync(file, 'PAR1 nothing of the kind')
    expect((await refusal(file)).message).toContain(file)
  })

  it('Azure’s readings of unknown instances are named once', async () => {
    const folder = tempFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'vmtable.csv'), 'a,s,d,0,900,,,,Unknown,2,4\nbad,s,d,0,900,,,,Unknown,,4\n')
    writeFileSync(
      join(folder, 'vm_cpu_readings-file-1.csv'),
      '0,a,10,30,20\n0,ghost,1,1,1\n300,a,1,1,50\n300,ghost,1,1,1\nnonsense\n600,a,1,1,10\n',
    )
    const { slices, faults } = await readAll(folder, { scopeS: 900 })
    expect(Array.from(slices[0]?.cpu.usage ?? [])).toEqual([0.4, 1, 0.2])
    expect(faults.counts).toEqual({ 'no-size': 2, 'bad-row': 1 })
  })
})
