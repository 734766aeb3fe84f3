import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { type LabConsole, type LabEstimateOptions, labEstimate, labGenerate, labReport } from './cli.ts'
import { labConsolidate } from './consolidation/lab-consolidate.ts'
import { tempFolder } from './testing/temp-folder.ts'

function listener(): LabConsole & { lines: string[] } {
  const lines: string[] = []
  return { lines, print: (text) => lines.push(text), progress: () => undefined, isTerminal: false }
}

interface DumpFile {
  readonly epoch: number[]
  readonly model: Record<string, unknown[]>
  readonly node: Record<string, unknown[]>
}

const small = { scopes: 8, scopeS: 3600, stepS: 300, instancesPerHost: 8 }

function prepare(): { folder: string; options: LabEstimateOptions; console: LabConsole & { lines: string[] } } {
  const folder = tempFolder()
  const console = listener()
  const traces = [1, 2].map((seed) => labGenerate({ out: join(folder, `t${seed}.json`), seed, ...small }, console))
  return { folder, console, options: { traces, out: join(folder, 'out'), console } }
}

describe('labEstimate', () => {
  it('leaves a dump per strategy in the ancestor’s form, and one table', async () => {
    const { options, console } = prepare()
    expect(await labEstimate(options)).toBe(0)
    const names = readdirSync(options.out)
    expect(names).toContain('t1.gleaner.dump.json')
    expect(names).toContain('t2.maxpeak.dump.json')
    const dump = JSON.parse(readFileSync(join(options.out, 't1.scroogevm.dump.json'), 'utf8')) as DumpFile
    expect(dump.epoch).toEqual([0, 3600, 7200, 10_800, 14_400, 18_000, 21_600, 25_200])
    expect(Object.keys(dump.model).sort()).toEqual([
      'cpu_tier0',
      'cpu_tier1',
      'cpu_tier2',
      'free_cpu',
      'free_mem',
      'mem_tier0',
      'mem_tier1',
      'mem_tier2',
    ])
    for (const [column, values] of [...Object.entries(dump.model), ...Object.entries(dump.node)]) {
      expect(values, column).toHaveLength(8)
    }
    expect(dump.node).toHaveProperty('cpu_percentile.0.99')
    expect(dump.node['cpu_ratio']?.[0]).toBe(3.5)
    const summary = readFileSync(join(options.out, 'summary.csv'), 'utf8')
    expect(summary.trimEnd().split('\n')).toHaveLength(1 + 2 * 2 * 9)
    expect(console.lines.join('\n')).toContain('gleaner')
  })

  it('turns the knob of a strategy, which is the same as setting it', async () => {
    const { options } = prepare()
    await labEstimate({ ...options, strategies: ['nsigma', 'nsigma@3', 'gleaner@3.25', 'gleaner', 'gleaner@20'] })
    const figures = (strategy: string) =>
      readFileSync(join(options.out, 'summary.csv'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(`,${strategy},`))
        .map((line) => line.replace(strategy, 'it'))
    const knob = figures('nsigma@3')
    expect(knob).toHaveLength(4)
    expect(knob).not.toEqual(figures('nsigma'))
    expect(figures('gleaner@3.25')).toEqual(figures('gleaner'))
    expect(figures('gleaner@20')).not.toEqual(figures('gleaner'))
    expect(readdirSync(options.out)).toContain('t1.gleaner%403%2e25.dump.json')
    expect(readFileSync(labReport(options.out, options.console), 'utf8')).toContain('value="nsigma@3"')

    await labEstimate({ ...options, strategies: ['nsigma'], settings: ['nsigma.deviations=3'] })
    expect(figures('nsigma')).toEqual(knob)
  })

  it('keeps what is finished, and does again what changed', async () => {
    const { options, console, folder } = prepare()
    await labEstimate(options)
    const dump = join(options.out, 't1.borg.dump.json')
    const writtenMs = statSync(dump).mtimeMs
    rmSync(join(options.out, 't2.borg.dump.json'))
    await labEstimate(options)
    expect(console.lines).toContain('2 of 2 traces were finished before and are kept.')
    expect(statSync(dump).mtimeMs).toBe(writtenMs)
    utimesSync(join(folder, 't2.json'), 1, 1)
    await labEstimate(options)
    expect(console.lines).toContain('1 of 2 traces were finished before and are kept.')
    expect(existsSync(join(options.out, 't2.borg.dump.json'))).toBe(true)
    await labEstimate({ ...options, history: 1 })
    expect(readFileSync(dump, 'utf8')).toContain('"historical_occurences":1')
  })

  it('stops when told and goes on afterwards to the same result', async () => {
    const { options, console, folder } = prepare()
    const stop = new AbortController()
    stop.abort()
    expect(await labEstimate({ ...options, signal: stop.signal })).toBe(1)
    expect(console.lines.at(-1)).toContain('The same command goes on')
    expect(await labEstimate(options)).toBe(0)
    const whole = join(folder, 'whole')
    await labEstimate({ ...options, out: whole })
    expect(readFileSync(join(options.out, 'summary.csv'))).toEqual(readFileSync(join(whole, 'summary.csv')))
  })

  it('goes on after a trace that cannot be read, and says which', async () => {
    const { options, console, folder } = prepare()
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, '{"node": {')
    expect(await labEstimate({ ...options, traces: [broken, ...options.traces] })).toBe(1)
    expect(console.lines.join('\n')).toContain(`${broken}: the file ends inside node`)
    expect(readFileSync(join(options.out, 'summary.csv'), 'utf8')).toContain('t2,')
  })

  it('uses given flags instead of judging stability', async () => {
    const { options, folder } = prepare()
    const stabilityFile = join(folder, 'flags.json')
    const flags = Array.from({ length: 8 }, (_, i) => i % 2 === 0)
    writeFileSync(stabilityFile, JSON.stringify({ cpu: flags, memory: flags }))
    await labEstimate({ ...options, strategies: ['scroogevm'], stabilityFile })
    const dump = JSON.parse(readFileSync(join(options.out, 't1.scroogevm.dump.json'), 'utf8')) as {
      node: Record<string, unknown>
    }
    expect(dump.node['cpu_stable_state']).toEqual(flags)
  })

  it('says from where on flags are missing', async () => {
    const { options, folder, console } = prepare()
    const stabilityFile = join(folder, 'flags.json')
    writeFileSync(stabilityFile, JSON.stringify({ cpu: [true, false], memory: Array(8).fill(true) }))
    expect(await labEstimate({ ...options, strategies: ['scroogevm'], stabilityFile })).toBe(0)
    expect(console.lines.join('\n')).toContain('t1.json, slice 2: 2 flags are given for cpu and there are 8 slices')
    expect(readFileSync(join(options.out, 'faults.csv'), 'utf8').match(/no-flag/g)).toHaveLength(2)
  })

  it.each([
    ['time,instance,cpu\n', 'it has no samples'],
    ['time,instance,cpu\n0,a,1\n300,a,1\n', 'slice 0: host "" has 17 % of the samples'],
    ['vm,0\na,x\n', 'line 2, column 2: "x" is no percentage'],
  ])('fails for a trace of which nothing can be used: %j', async (text, told) => {
    const { options, folder, console } = prepare()
    const file = join(folder, 'nothing.csv')
    writeFileSync(file, text)
    expect(await labEstimate({ ...options, traces: [file] })).toBe(1)
    expect(console.lines.at(-1)).toContain(`${file}: there is nothing in it that could be used`)
    expect(console.lines.at(-1)).toContain(told)
  })

  it('says why a trace of a single slice has no result', async () => {
    const { options, folder, console } = prepare()
    const file = join(folder, 'short.csv')
    writeFileSync(file, 'vm,0,1,2,3\na,1,2,3,4\n')
    expect(await labEstimate({ ...options, traces: [file], scopeS: 1200 })).toBe(0)
    expect(console.lines.at(-1)).toContain('no estimate could be judged')
  })

  it.each<[Partial<LabEstimateOptions>, string]>([
    [{ strategies: ['gredy'] }, 'gredy'],
    [{ scopeS: 0 }, 'scope'],
    [{ history: -1 }, 'history'],
    [{ traces: [] }, 'TRACE'],
    [{ stabilityFile: '/nowhere' }, '/nowhere'],
    [{ out: '/dev/null' }, '/dev/null'],
    [{ out: '/dev/null/below' }, 'a folder above it is a file'],
  ])('refuses %j', async (wrong, named) => {
    const { options } = prepare()
    let refusal: unknown
    try {
      await labEstimate({ ...options, ...wrong })
    } catch (error) {
      refusal = error
    }
    expect(isError(refusal)).toBe(true)
    expect((refusal as Error).message).toContain(named)
  })

  it('puts names with any character into names of files', async () => {
    const folder = tempFolder()
    const trace = join(folder, 'trace.csv')
    const rows = [0, 1, 2, 3].flatMap((i) => [`${i * 60},"../évil/h 1",a,1`, `${i * 60},h2,a,1`])
    writeFileSync(trace, `time,host,instance,cpu\n${rows.join('\n')}\n`)
    const out = join(folder, 'out')
    await labEstimate({ traces: [trace], out, scopeS: 120, strategies: ['borg'], console: listener() })
    expect(readdirSync(out)).toContain('trace.%2e%2e%2févil%2fh%201.borg.dump.json')
    expect(readFileSync(join(out, 'summary.csv'), 'utf8')).toContain('trace,../évil/h 1,cpu,borg')
  })
})

describe('labConsolidate', () => {
  const day = (folder: string) =>
    labGenerate({ out: join(folder, 'day.csv'), format: 'planetlab-table', scopes: 4, instancesPerHost: 6 }, listener())

  it('tries the folder of the results before it replays anything', async () => {
    const folder = tempFolder()
    const console = listener()
    const out = join(folder, 'day.csv', 'below')
    await expect(labConsolidate({ traces: [day(folder)], out, console })).rejects.toThrow('a folder above it is a file')
    expect(console.lines).toEqual([])
  })

  it('keeps what it worked out before a later trace failed', async () => {
    const folder = tempFolder()
    const out = join(folder, 'out')
    const traces = [day(folder), join(folder, 'none.csv')]
    await expect(labConsolidate({ traces, policies: ['gleaner'], out, console: listener() })).rejects.toThrow(
      'none.csv',
    )
    expect(readFileSync(join(out, 'consolidation.csv'), 'utf8')).toMatch(/^trace,.*\n"day",gleaner,/)
  })
})

it('a trace that cannot be written where it is to go is told by its --out', () => {
  const folder = tempFolder()
  expect(() => labGenerate({ out: folder, ...small }, listener())).toThrow('that is a folder')
})

it('scopes shorter than the time between samples are refused', async () => {
  const folder = tempFolder()
  const trace = labGenerate({ out: join(folder, 'day.csv'), format: 'planetlab-table', scopes: 4 }, listener())
  const console = listener()
  expect(await labEstimate({ traces: [trace], out: join(folder, 'out'), scopeS: 100, console })).toBe(1)
  expect(console.lines.join()).toContain('a sample every 300 s')
})

describe('labReport', () => {
  it('is one file that fetches nothing and has a table for every figure', async () => {
    const { options, console } = prepare()
    await labEstimate({ ...options, strategies: ['gleaner', 'scroogevm', 'oracle'] })
    const html = readFileSync(labReport(options.out, console), 'utf8')
    expect(html).not.toMatch(/(src|href)=|@import|url\(|fetch\(|https?:/)
    const charts = html.match(/<svg viewBox="0 0 920 260"/g) ?? []
    // Two traces, two resources, five charts over time.
    expect(charts).toHaveLength(2 * 2 * 5)
    expect(html.match(/<summary>Table<\/summary>/g)).toHaveLength(charts.length)
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('has every value once', async () => {
    const page = async (scopes: number) => {
      const folder = tempFolder()
      const trace = labGenerate({ out: join(folder, 't.json'), ...small, scopes, stepS: 900 }, listener())
      const out = join(folder, 'out')
      await labEstimate({ traces: [trace], out, strategies: ['gleaner', 'scroogevm', 'nsigma'], console: listener() })
      return readFileSync(labReport(out, listener()), 'utf8').length
    }
    // Per resource: four charts of three strategies and four other lines, a fifth chart that is sums, a time, a strip of stability.
    const perSlice = 2 * ((4 * 3 + 4) * 9 + 12 + 22)
    expect(((await page(80)) - (await page(20))) / 60).toBeLessThan(perSlice)
  })

  it('shows names as text', async () => {
    const folder = tempFolder()
    const trace = join(folder, '<img onerror=x>.csv')
    writeFileSync(
      trace,
      `time,host,instance,cpu\n${[0, 1, 2, 3, 4, 5].map((i) => `${i * 60},</script><b>,a,1`).join('\n')}\n`,
    )
    const out = join(folder, 'out')
    await labEstimate({ traces: [trace], out, scopeS: 120, strategies: ['borg'], console: listener() })
    const html = readFileSync(labReport(out, listener()), 'utf8')
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<b>')
    expect(html.match(/<\/script>/g)).toHaveLength(3)
  })

  it('says what to do first in a folder without results', () => {
    expect(() => labReport(tempFolder(), listener())).toThrow('lab estimate')
  })
})

describe('labGenerate', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const folder = tempFolder()
    const bytes = (name: string, seed: number) =>
      readFileSync(labGenerate({ out: join(folder, name), seed, ...small }, listener()))
    expect(bytes('a.json', 1)).toEqual(bytes('b.json', 1))
    expect(bytes('a.json', 1)).not.toEqual(bytes('c.json', 2))
  })

  it('refuses what makes no trace', () => {
    const out = join(tempFolder(), 'x.json')
    expect(() => labGenerate({ out, scopes: 0 })).toThrow('scopes')
    expect(() => labGenerate({ out, hosts: 2 })).toThrow('one host')
  })
})
