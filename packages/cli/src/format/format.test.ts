import { describe, expect, it } from 'vitest'
import { momentsAt } from './moment.ts'
import { printable } from './printable.ts'
import { prose } from './prose.ts'
import { figures, memory, share, span } from './quantity.ts'
import { styleFor, wantsColour } from './style.ts'
import { type Column, table } from './table.ts'
import { cut, textWidth } from './text-width.ts'

const plain = styleFor(false)

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.004, '0.004'],
    [0.0123, '0.01'],
    [1.5, '1.5'],
    [12.34, '12.3'],
    [100, '100'],
    [99.96, '100'],
    [123456.7, '123,457'],
    [-2.5, '-2.5'],
  ])('%d is %s', (value, text) => expect(figures(value)).toBe(text))
  it('choose the unit that keeps memory short', () => {
    expect([512, 1024, 1536, 2_097_152].map(memory)).toEqual(['512 MiB', '1 GiB', '1.5 GiB', '2 TiB'])
    expect(memory(undefined)).toBe('')
  })
  it('show spans in at most two units', () => {
    expect([0, 59, 60, 3599, 3600, 5400, 86_400, 90_000, 864_000, -5].map(span)).toEqual([
      '0s',
      '59s',
      '1m',
      '59m',
      '1h',
      '1h30m',
      '1d',
      '1d1h',
      '10d',
      '0s',
    ])
    expect(span(Number.POSITIVE_INFINITY)).toBe('')
  })
  it('have no share of nothing', () => expect([share(1, 3), share(1, 0)]).toEqual(['33%', '']))
})

describe('times', () => {
  const moments = momentsAt('2026-03-29T12:00:00Z', 'Europe/Berlin')
  it('are shown as short as they stay clear, in the zone of the reader', () => {
    expect(moments.at('2026-03-29T06:05:00Z')).toBe('08:05')
    expect(moments.at('2026-03-28T06:05:00Z')).toBe('28 Mar 07:05')
    expect(moments.at('2025-03-29T06:05:00Z')).toBe('29 Mar 2025 07:05')
    expect(moments.at('whenever')).toBe('whenever')
  })
  it('that come twice in the night in which clocks are put back say which is meant', () => {
    const autumn = momentsAt('2026-10-25T12:00:00Z', 'Europe/Berlin')
    const clocks = ['00:00:00', '00:59:59', '01:00:00', '01:30:00', '02:00:00'].map((at) =>
      autumn.at(`2026-10-25T${at}Z`),
    )
    expect(clocks).toEqual(['02:00 +02:00', '02:59 +02:00', '02:00 +01:00', '02:30 +01:00', '03:00'])
    expect(autumn.at('2026-10-24T23:59:59Z')).toBe('01:59')
    // By half an hour only.
    const howe = momentsAt('2026-04-05T12:00:00Z', 'Australia/Lord_Howe')
    expect(['14:45', '15:15'].map((at) => howe.at(`2026-04-04T${at}:00Z`))).toEqual(['01:45 +11:00', '01:45 +10:30'])
    const utc = momentsAt('2026-10-25T12:00:00Z', 'UTC')
    expect(utc.at('2026-10-25T01:30:00Z')).toBe('01:30')
    expect(moments.at('2026-03-29T01:30:00Z')).toBe('03:30')
  })
  it('are counted from the clock of the server', () => {
    expect(moments.relative('2026-03-29T11:48:00Z')).toBe('12m ago')
    expect(moments.relative('2026-03-29T13:30:00Z')).toBe('in 1h30m')
    expect(moments.relative('2026-03-29T12:00:00.400Z')).toBe('now')
  })
  it('are found within a sentence', () => {
    expect(moments.within('Kept until 2026-03-29T20:00:00.000Z, then 2026-03-30T08:00:00Z.')).toBe(
      'Kept until 22:00, then 30 Mar 10:00.',
    )
  })
})

describe('text', () => {
  it('takes as many columns as a terminal gives it', () => {
    expect([textWidth('abc'), textWidth('日本'), textWidth('é'), textWidth('\u001b[31mred\u001b[0m')]).toEqual([
      3, 4, 1, 3,
    ])
    expect(cut('abcdef', 4)).toBe('abc…')
    expect(cut('日本語', 5)).toBe('日本…')
    expect(cut('abc', 3)).toBe('abc')
  })
  it('is broken between words and continued under its beginning', () => {
    expect(prose('one two three four', { width: 24, lead: 'lead  ' })).toBe('lead  one two three four\n')
    expect(prose('one two three four five six', { width: 26, lead: 'lead  ' })).toBe(
      'lead  one two three four\n      five six\n',
    )
    expect(prose('one  two', { width: undefined })).toBe('one  two\n')
    expect(prose('x'.repeat(50), { width: 10 })).toBe(`${'x'.repeat(50)}\n`)
  })
  it('cannot move the cursor, set a title or turn around', () => {
    expect(printable({ name: 'a\u001b[2Jb\u0007', list: ['\u202egnirts', 'c\r'], number: 1, none: null })).toEqual({
      name: 'a\ufffd[2Jb\ufffd',
      list: ['\ufffdgnirts', 'c\ufffd'],
      number: 1,
      none: null,
    })
    expect(printable('two\nlines\tof text')).toBe('two\nlines\tof text')
  })
})

describe('colour', () => {
  it('is for terminals, unless somebody says otherwise', () => {
    expect(wantsColour({}, true)).toBe(true)
    expect(wantsColour({}, false)).toBe(false)
    expect(wantsColour({ NO_COLOR: '1' }, true)).toBe(false)
    expect(wantsColour({ NO_COLOR: '' }, true)).toBe(true)
    expect(wantsColour({ FORCE_COLOR: '1' }, false)).toBe(true)
    expect(wantsColour({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false)
    expect(wantsColour({ TERM: 'dumb' }, true)).toBe(false)
  })
})

describe('a table', () => {
  interface Row {
    readonly name: string
    readonly size: string
    readonly note: string
  }
  const rows: Row[] = [
    { name: 'a-long-name', size: '1', note: 'short' },
    { name: 'b', size: '1,000', note: 'a note that goes on for a while' },
  ]
  const columns: Column<Row>[] = [
    { title: 'name', cell: (row) => row.name, least: 6 },
    { title: 'size', cell: (row) => row.size, right: true },
    { title: 'note', cell: (row) => row.note, least: 10, rank: 1 },
  ]
  const shown = (width: number | undefined) => table(rows, columns, { style: plain, width }).split('\n')

  it('is as wide as its cells, numbers on the right, nothing at the end of a line', () => {
    expect(shown(undefined)).toEqual([
      'NAME          SIZE  NOTE',
      'a-long-name      1  short',
      'b            1,000  a note that goes on for a while',
      '',
    ])
  })
  it('cuts the widest column first, then leaves out what it can do without', () => {
    expect(shown(40)[2]).toBe('b            1,000  a note that goes on…')
    for (const width of [60, 40, 30, 26, 20, 14])
      for (const line of shown(width)) expect(textWidth(line)).toBeLessThanOrEqual(width)
    expect(shown(20)[0]).not.toContain('NOTE')
  })
  it('leaves out a column in which nothing stands, and keeps a row on one line', () => {
    const empty = table([{ name: 'a\nb', size: '', note: '' }], columns, { style: plain, width: 80 })
    expect(empty).toBe('NAME\na b\n')
  })
})
