import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from './line-splitter.ts'
import { parseReportLine } from './report-line.ts'

const withLength = (text: string) => `${text} len=${text.length}`
const text = 'GLEANER v=1 seq=5 up=83 every=15 cpu=0.0123 iowait=0.0000 rx=0 tx=0 read=0 write=0 users=2 idle=75'
const line = withLength(text)

describe('parseReportLine', () => {
  it('reads a whole line', () => {
    const report = { seq: 5, uptimeS: 83, everyS: 15, users: 2, idleS: 75 }
    expect(parseReportLine(line)).toEqual(report)
    expect(parseReportLine(`${line}\r`)).toEqual(report)
  })

  it('skips fields it does not know', () => {
    expect(parseReportLine(withLength(`${text} gpu=0.5`))?.idleS).toBe(75)
  })

  it('refuses every cut of it, at either end', () => {
    for (let at = 1; at < line.length; at++) {
      expect(parseReportLine(line.slice(at))).toBeUndefined()
      expect(parseReportLine(line.slice(0, -at))).toBeUndefined()
    }
  })

  it('refuses a line that lost something inside', () => {
    fc.assert(
      fc.property(fc.nat(line.length - 2), fc.integer({ min: 1, max: 20 }), (from, count) => {
        expect(parseReportLine(line.slice(0, from) + line.slice(from + count))).toBeUndefined()
      }),
    )
  })

  it('refuses two lines run together', () => {
    expect(parseReportLine(line.slice(0, 40) + line)).toBeUndefined()
    expect(parseReportLine(line + line)).toBeUndefined()
  })

  it.each([
    ['another version', text.replace('v=1', 'v=2')],
    ['no version', text.replace('v=1 ', '')],
    ['no idle time', text.replace(' idle=75', '')],
    ['a field twice', `${text} idle=9`],
    ['a negative figure', text.replace('idle=75', 'idle=-75')],
    ['words for figures', text.replace('idle=75', 'idle=NaN')],
    ['half a user', text.replace('users=2', 'users=1.5')],
    ['idle for longer than it is up', text.replace('idle=75', 'idle=84')],
    ['a period of nothing', text.replace('every=15', 'every=0')],
    ['sequence zero', text.replace('seq=5', 'seq=0')],
    ['a figure too long to be true', text.replace('seq=5', 'seq=5555555555555555')],
    ['a foreign line', 'systemd[1]: Started something'],
  ])('refuses %s', (_, wrong) => {
    expect(parseReportLine(withLength(wrong))).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (any) => void parseReportLine(any)))
  })
})

describe('LineSplitter', () => {
  it('finds the same lines however the stream is cut', () => {
    const lines = fc.array(fc.stringMatching(/^[a-z ]{0,30}$/), { maxLength: 8 })
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 17 }), (sent, size) => {
        const stream = Buffer.from(sent.map((each) => `${each}\n`).join(''))
        const splitter = new LineSplitter(64)
        const found: string[] = []
        for (let at = 0; at < stream.length; at += size) found.push(...splitter.push(stream.subarray(at, at + size)))
        expect(found).toEqual(sent)
      }),
    )
  })

  it('drops a line that is too long to its end and reads the next one', () => {
    const splitter = new LineSplitter(10)
    for (let i = 0; i < 1000; i++) expect(splitter.push(Buffer.alloc(1000, 0x41))).toEqual([])
    expect(splitter.push(Buffer.from('end\nnext\n'))).toEqual(['next'])
    expect(splitter.push(Buffer.from('12345678901\nok\n'))).toEqual(['ok'])
  })
})
