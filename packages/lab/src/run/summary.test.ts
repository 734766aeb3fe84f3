import { nothingJudged } from '@gleaner/engine/oversubscription'
import { describe, expect, it } from 'vitest'
import { Progress } from './progress.ts'
import { meanFared, summaryCsv } from './summary.ts'

describe('summaryCsv', () => {
  it('is one tidy line a trace, host, resource and strategy', () => {
    const fared = { ...nothingJudged, judged: 2, misprediction: 1.23456789, savings: 0.5 }
    const row = {
      trace: 'a, "b"',
      host: '*',
      resource: 'cpu' as const,
      strategy: 'borg' as const,
      asPublished: true,
      hosts: 1,
      fared,
    }
    expect(summaryCsv([row]).split('\n')).toEqual([
      'trace,host,resource,strategy,as_published,hosts,slices,misprediction,violation,decreases,violation_rate,severity,savings,samples_above,excess',
      '"a, ""b""",*,cpu,borg,yes,1,2,1.234568,0,0,0,0,0.5,0,0',
      '',
    ])
  })
})

describe('meanFared', () => {
  it('weighs hosts alike and leaves out those never judged', () => {
    const one = { ...nothingJudged, judged: 10, misprediction: 1 }
    const two = { ...nothingJudged, judged: 2, misprediction: 3 }
    expect(meanFared([one, two, nothingJudged])).toMatchObject({ judged: 12, misprediction: 2 })
    expect(meanFared([])).toEqual(nothingJudged)
  })
})

describe('Progress', () => {
  it('tells share, rate and time left', () => {
    let nowMs = 0
    const written: string[] = []
    const options = { totalBytes: 100e6, traces: 2, write: (text: string) => written.push(text), nowMs: () => nowMs }
    const progress = new Progress({ ...options, isTerminal: false })
    nowMs = 4000
    progress.addBytes(20e6)
    expect(written).toEqual([])
    nowMs = 5000
    progress.finishTrace()
    expect(written).toEqual(['1 of 2 traces · 20 % · 4.0 MB/s · 20 s left\n'])
  })
})
