import { parseDurationMs } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { momentOf } from '../time/local-moment.ts'
import { durationText, emptyForm, type LeaseForm, leaseRequest, planRequest } from './lease-form.ts'

const form: LeaseForm = { ...emptyForm, name: 'exam', project: 'web-shop' }
const start = momentOf(Date.UTC(2026, 5, 1, 12))
const until = momentOf(Date.UTC(2026, 5, 3, 12))
const daily: LeaseForm = {
  ...form,
  start,
  recurrence: { ...emptyForm.recurrence, repeat: 'daily', zone: 'Europe/Berlin', count: '3' },
}

describe('the form of a lease', () => {
  it('asks for what is written, and for nothing that is not', () => {
    expect(leaseRequest(form)).toEqual({
      of: 'lease',
      body: {
        name: 'exam',
        project: 'web-shop',
        duration: '4h',
        endAction: 'nothing',
        notice: '1h',
        reservations: [{ min: 1, max: 1 }],
      },
    })
    expect(
      planRequest({ ...form, how: 'window', start, until, min: '2', max: '4', filter: ' vcpus >= 8 ' })?.body,
    ).toEqual({
      name: 'exam',
      project: 'web-shop',
      start: '2026-06-01T12:00:00.000Z',
      end: '2026-06-03T12:00:00.000Z',
      duration: '4h',
      reservations: [{ min: 2, max: 4, filter: 'vcpus >= 8' }],
    })
  })

  it('takes of each way what belongs to it', () => {
    const all = { ...daily, until, wait: true }
    expect(planRequest({ ...all, how: 'now' })).toEqual({
      of: 'lease',
      body: { name: 'exam', project: 'web-shop', bestEffort: true, duration: '4h', reservations: [{ min: 1, max: 1 }] },
    })
    expect(planRequest({ ...all, how: 'endless', duration: '' })).toEqual({
      of: 'lease',
      body: {
        name: 'exam',
        project: 'web-shop',
        start: '2026-06-01T12:00:00.000Z',
        openEnded: true,
        waitFor: '1d',
        reservations: [{ min: 1, max: 1 }],
      },
    })
    expect(leaseRequest({ ...all, how: 'now' })?.body).not.toHaveProperty('waitFor')
    expect(leaseRequest(all)?.body).not.toHaveProperty('waitFor')
    expect(leaseRequest({ ...all, how: 'endless' })?.body).toHaveProperty('waitFor', '1d')
    expect(leaseRequest({ ...form, wait: true, waitFor: 'long' })).toBeUndefined()
    expect(planRequest({ ...form, wait: true, waitFor: 'long' })?.body).not.toHaveProperty('waitFor')
  })

  it('asks for room with what each instance has', () => {
    const room: LeaseForm = { ...form, what: 'room', amount: '3', vcpus: '2', memoryMiB: '', max: 'ignored' }
    const asked = (part: Partial<LeaseForm>) => planRequest({ ...room, ...part })?.body.reservations
    expect(asked({})).toEqual([{ instances: { amount: 3, vcpus: 2, memoryMiB: 0 } }])
    expect(asked({ affinity: 'apart', memoryMiB: '4096', filter: 'vcpus >= 8' })).toEqual([
      { instances: { amount: 3, vcpus: 2, memoryMiB: 4096, affinity: 'apart' }, filter: 'vcpus >= 8' },
    ])
    expect(asked({ diskGiB: '20' })).toEqual([{ instances: { amount: 3, vcpus: 2, memoryMiB: 0, diskGiB: 20 } }])
    expect(asked({ vcpus: '', diskGiB: '20' })).toEqual([
      { instances: { amount: 3, vcpus: 0, memoryMiB: 0, diskGiB: 20 } },
    ])
    for (const wrong of [{ amount: '0' }, { vcpus: 'two' }, { vcpus: '-1' }, { vcpus: '' }, { diskGiB: 'big' }])
      expect(asked(wrong)).toBeUndefined()
  })

  it('asks for a proposal where it is only held at first, and for none of many times at once', () => {
    const held: LeaseForm = { ...form, start, hold: true, holdFor: ' 90m ' }
    expect(leaseRequest(held)?.body).toHaveProperty('holdFor', '90m')
    expect(leaseRequest({ ...held, wait: true })?.body).toMatchObject({ holdFor: '90m', waitFor: '1d' })
    expect(leaseRequest({ ...held, how: 'endless' })?.body).toHaveProperty('holdFor', '90m')
    // What begins at once would lapse at once.
    for (const atOnce of [{ how: 'now' }, { start: emptyForm.start }] as const)
      expect(leaseRequest({ ...held, ...atOnce })?.body).not.toHaveProperty('holdFor')
    // When and where it can be depends on it.
    expect(planRequest({ ...held, wait: true })?.body).toMatchObject({ holdFor: '90m', waitFor: '1d' })
    expect(planRequest({ ...held, holdFor: 'long' })?.body).not.toHaveProperty('holdFor')
    expect(leaseRequest(form)?.body).not.toHaveProperty('holdFor')
    expect(leaseRequest({ ...daily, hold: true, holdFor: 'long' })?.body).not.toHaveProperty('holdFor')
    for (const holdFor of ['', 'long']) expect(leaseRequest({ ...held, holdFor })).toBeUndefined()
  })

  it('has the owners told before the end so long as is written, or not at all', () => {
    for (const one of [form, daily]) {
      expect(leaseRequest({ ...one, notice: ' 30m ' })?.body).toHaveProperty('notice', '30m')
      expect(leaseRequest({ ...one, notice: ' ' })?.body).toHaveProperty('notice', '0s')
      expect(leaseRequest({ ...one, notice: 'soon' })).toBeUndefined()
      // What is asked while one writes does not depend on it.
      expect(planRequest({ ...one, notice: 'soon' })?.body).toMatchObject({
        duration: '4h',
        reservations: [{ min: 1 }],
      })
    }
  })

  it('asks for a series where it recurs', () => {
    expect(leaseRequest(daily)).toEqual({
      of: 'series',
      body: {
        name: 'exam',
        project: 'web-shop',
        start: '2026-06-01T12:00:00.000Z',
        duration: '4h',
        endAction: 'nothing',
        notice: '1h',
        reservations: [{ min: 1, max: 1 }],
        recurrence: { rule: 'FREQ=DAILY;COUNT=3', timeZone: 'Europe/Berlin' },
      },
    })
    expect(planRequest({ ...daily, name: '' })?.of).toBe('series')
    expect(leaseRequest({ ...daily, recurrence: { ...daily.recurrence, skipClashes: true } })?.body).toHaveProperty(
      'skipClashes',
      true,
    )
    expect(planRequest({ ...daily, start: emptyForm.start })).toBeUndefined()
    expect(planRequest({ ...daily, recurrence: { ...daily.recurrence, zone: 'Berlin' } })).toBeUndefined()
  })

  it.each<Partial<LeaseForm>>([
    { min: '' },
    { min: '0' },
    { min: '1.5' },
    { min: 'two' },
    { max: '-1' },
    { duration: '' },
    { duration: 'an hour' },
    { start: { text: 'tomorrow', pass: 'first' } },
    { how: 'window' },
    { how: 'window', until: { text: 'never', pass: 'first' } },
    { how: 'now', duration: '' },
  ])('sends nothing while %o is wrong', (wrong) => {
    expect(planRequest({ ...form, ...wrong })).toBeUndefined()
  })

  it('plans without a name, but makes nothing without one', () => {
    expect(planRequest({ ...form, name: ' exam ' })?.body).toHaveProperty('name', 'exam')
    expect(planRequest({ ...form, name: ' ' })?.body).not.toHaveProperty('name')
    expect(planRequest({ ...form, name: ' ' })?.body.reservations).toHaveLength(1)
    expect(leaseRequest({ ...form, name: ' ' })).toBeUndefined()
  })

  it('writes durations that are read as the same', () => {
    for (const minutes of [1, 15, 60, 90, 1440, 1501, 10_080])
      expect(parseDurationMs(durationText(minutes * 60_000))).toBe(minutes * 60_000)
  })
})
