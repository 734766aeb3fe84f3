import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateTrace } from '../generate/generate-trace.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { FaultLog } from '../trace/fault-log.ts'
import { readLoads } from './read-loads.ts'

const hourS = 3600

/** A row every five minutes of hours; each instance with its cores used, in `from` to `to` hours. */
function table(instances: readonly { name: string; cores: number; from: number; to: number }[]): string {
  const rows = instances.flatMap(({ name, cores, from, to }) =>
    Array.from({ length: (to - from) * 12 }, (_, nth) => ({ at: from * hourS + nth * 300, name, cores })),
  )
  rows.sort((a, b) => a.at - b.at)
  const file = join(tempFolder(), 'day.csv')
  const text = rows.map(({ at, name, cores }) => `${at},h,${name},${cores},2`)
  writeFileSync(file, ['time,host,instance,cpu,cpu_allocated', ...text].join('\n'))
  return file
}

describe('loads of a day', () => {
  it('are those of all instances of a host, each at its time', async () => {
    const file = table([
      { name: 'a', cores: 1, from: 0, to: 4 },
      { name: 'b', cores: 0.5, from: 2, to: 4 },
      { name: 'c', cores: 2, from: 0, to: 1 },
    ])
    const { shares, stepS } = await readLoads(file, new FaultLog())
    expect(stepS).toBe(300)
    const whenThere = (row: Float64Array) => [...row.entries()].filter(([, share]) => !Number.isNaN(share))
    expect(shares.map((row) => [row.length, whenThere(row).at(0), whenThere(row).at(-1)])).toEqual([
      [48, [0, 0.5], [47, 0.5]],
      [48, [0, 1], [11, 1]],
      [48, [24, 0.25], [47, 0.25]],
    ])
  })

  it('keep their place behind a gap', async () => {
    const file = table([
      { name: 'a', cores: 1, from: 0, to: 1 },
      { name: 'a', cores: 2, from: 3, to: 5 },
      { name: 'b', cores: 0, from: 0, to: 5 },
    ])
    const [a] = (await readLoads(file, new FaultLog())).shares
    expect([a?.length, a?.[11], a?.[35], a?.[36], a?.[59]]).toEqual([60, 0.5, 0.5, 1, 1])
  })

  it('of a trace that tells its own scopes are put into steps of five minutes', async () => {
    const out = join(tempFolder(), 'trace.json')
    generateTrace({ out, scopes: 4, scopeS: 1800, stepS: 60, instancesPerHost: 5 })
    const { shares, stepS } = await readLoads(out, new FaultLog())
    expect(stepS).toBe(300)
    expect(shares.map(({ length }) => length)).toEqual(Array(shares.length).fill(24))
    expect(shares.length).toBeGreaterThan(1)
  })
})
