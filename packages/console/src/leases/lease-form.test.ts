import { parseDurationMs } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { createBody, durationText, emptyForm, localTime, planBody } from './lease-form.ts'

const form = { ...emptyForm, name: 'exam', project: 'web-shop' }

describe('the form of a lease', () => {
  it('asks for what is written, and for nothing that is not', () => {
    expect(createBody(form)).toEqual({
      name: 'exam',
      project: 'web-shop',
      duration: '4h',
      endAction: 'nothing',
      reservations: [{ min: 1, max: 1 }],
    })
    const start = localTime(Date.UTC(2026, 5, 1, 12))
    const until = localTime(Date.UTC(2026, 5, 3, 12))
    expect(planBody({ ...form, start, until, min: '2', max: '4', filter: ' vcpus >= 8 ' })).toEqual({
      project: 'web-shop',
      start: '2026-06-01T12:00:00.000Z',
      end: '2026-06-03T12:00:00.000Z',
      duration: '4h',
      reservations: [{ min: 2, max: 4, filter: 'vcpus >= 8' }],
    })
  })

  it.each([
    { min: '' },
    { min: '0' },
    { min: '1.5' },
    { min: 'two' },
    { max: '-1' },
    { duration: '' },
    { duration: 'an hour' },
    { start: 'tomorrow' },
    { until: 'never' },
  ])('sends nothing while %o is wrong', (wrong) => {
    expect(planBody({ ...form, ...wrong })).toBeUndefined()
  })

  it('plans without a name, but makes nothing without one', () => {
    expect(planBody({ ...form, name: ' ' })).toEqual(planBody({ ...form, name: 'exam' }))
    expect(planBody({ ...form, name: ' ' })?.reservations).toHaveLength(1)
    expect(createBody({ ...form, name: ' ' })).toBeUndefined()
  })

  it('writes durations that are read as the same', () => {
    for (const minutes of [1, 15, 60, 90, 1440, 1501, 10_080])
      expect(parseDurationMs(durationText(minutes * 60_000))).toBe(minutes * 60_000)
  })
})
