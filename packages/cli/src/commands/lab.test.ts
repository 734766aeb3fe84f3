import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Io } from '../io.ts'
import { run } from '../run.ts'

const directory = mkdtempSync(join(tmpdir(), 'gleaner-cli-lab-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function gleaner(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const io: Io = {
    out: (text) => (out += text),
    err: (text) => (err += text),
    environment: {},
    directory,
    isTerminal: false,
    timeZone: 'UTC',
    columns: 100,
    signal: new AbortController().signal,
  }
  return { code: await run(words, io), out, err }
}

describe('gleaner lab', () => {
  it('makes a trace, runs strategies over it, and writes the report', async () => {
    expect(
      (await gleaner('lab', 'generate', '--seed', '7', '--scopes', '8', '--instances', '6', '--out', 'trace.json'))
        .code,
    ).toBe(0)
    const estimated = await gleaner(
      'lab',
      'estimate',
      'trace.json',
      '--strategy',
      'gleaner,percentile,gleaner@2',
      '--set',
      'percentile.cpu=95',
      '--set',
      'gleaner.learning=0.1',
      '--out',
      'results',
    )
    expect(estimated).toMatchObject({ code: 0 })
    expect(estimated.out).toMatch(/gleaner .* misprediction .* violation/)
    expect(readFileSync(join(directory, 'results/summary.csv'), 'utf8')).toMatch(/percentile,.*gleaner@2,/s)
    expect((await gleaner('lab', 'report', 'results')).code).toBe(0)
    expect(existsSync(join(directory, 'results/report.html'))).toBe(true)
  })

  it('names what is wrong', async () => {
    expect(await gleaner('lab', 'estimate', 'no-such-file', '--out', 'none')).toMatchObject({
      code: 1,
      out: expect.stringContaining('no-such-file'),
    })
    expect(await gleaner('lab', 'generate', '--shape', 'square', '--out', 'x.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('mixed'),
    })
    for (const [option, value] of [
      ['--set', 'nsigma=3'],
      ['--aggregation', '0'],
    ] as const)
      expect(await gleaner('lab', 'estimate', 'trace.json', option, value, '--out', 'x')).toMatchObject({
        code: 1,
        err: expect.stringContaining(option.slice(2)),
      })
    expect(await gleaner('lab', 'estimate', 'trace.json', '--sold-ratio', 'much', '--out', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining("'much' is invalid. A number above 0 is needed."),
    })
    expect((await gleaner('lab', 'estimate', 'trace.json')).code).toBe(2)
  })
})
