import { describe, expect, it } from 'vitest'
import { compileRule } from './compile-rule.ts'
import { type CompiledSchedule, compileSchedule } from './schedule.ts'
import { outcomeFor, testRule } from './testing/rule-world.ts'

const schedule = (cron: string, duration: string, timeZone = 'Europe/Paris'): CompiledSchedule => {
  const compiled = compileSchedule({ cron, duration, timeZone })
  if (!('activeSpan' in compiled)) throw new Error(compiled.map((fault) => fault.message).join('; '))
  return compiled
}
const at = (text: string) => Date.parse(text)
const span = (compiled: CompiledSchedule, text: string) => {
  const active = compiled.activeSpan(at(text))
  return active && [new Date(active.startMs).toISOString(), new Date(active.endMs).toISOString()]
}

describe('level-triggered', () => {
  const night = schedule('0 20 * * 1-5', '11h')

  it.each([
    ['2025-06-02T17:59:59.999Z', false],
    ['2025-06-02T18:00:00.000Z', true],
    ['2025-06-02T18:00:00.001Z', true],
    ['2025-06-03T02:17:31.000Z', true],
    ['2025-06-03T04:59:59.999Z', true],
    ['2025-06-03T05:00:00.000Z', false],
    // Friday night still counts, Saturday night does not.
    ['2025-06-07T04:00:00.000Z', true],
    ['2025-06-07T20:00:00.000Z', false],
    ['2025-06-08T20:00:00.000Z', false],
  ])('at %s active: %s', (text, active) => {
    expect(night.activeSpan(at(text)) !== undefined).toBe(active)
  })

  it('finds the next start', () => {
    expect(new Date(night.nextStartMs(at('2025-06-06T19:00:00Z')) ?? 0).toISOString()).toBe('2025-06-09T18:00:00.000Z')
  })

  it('a duration longer than the distance of the starts is always active', () => {
    const always = schedule('0 * * * *', '2h')
    for (let hour = 0; hour < 48; hour++) {
      const nowMs = at('2025-03-29T00:30:00Z') + hour * 3_600_000
      const span = always.activeSpan(nowMs)
      expect(span?.startMs).toBeLessThanOrEqual(nowMs)
      expect(span?.endMs).toBeGreaterThan(nowMs)
    }
  })
})

// Europe/Paris: 2025-03-30 02:00 CET becomes 03:00 CEST; 2025-10-26 03:00 CEST becomes 02:00 CET.
describe('when the clocks change', () => {
  it('a night ends by the wall clock, be it an hour shorter or longer', () => {
    const night = schedule('0 20 * * *', '11h')
    expect(span(night, '2025-03-30T01:30:00Z')).toEqual(['2025-03-29T19:00:00.000Z', '2025-03-30T05:00:00.000Z'])
    expect(span(night, '2025-10-26T01:30:00Z')).toEqual(['2025-10-25T18:00:00.000Z', '2025-10-26T06:00:00.000Z'])
  })

  it('a start that the gap swallows comes when the clock has jumped, and is not lost', () => {
    const early = schedule('30 2 * * *', '1h')
    expect(span(early, '2025-03-30T01:00:00Z')).toEqual(['2025-03-30T01:00:00.000Z', '2025-03-30T02:00:00.000Z'])
    expect(span(early, '2025-03-30T00:59:59Z')).toBeUndefined()
  })

  it('an end that the gap swallows moves behind the gap', () => {
    expect(span(schedule('30 1 * * *', '1h'), '2025-03-30T00:45:00Z')).toEqual([
      '2025-03-30T00:30:00.000Z',
      '2025-03-30T01:30:00.000Z',
    ])
  })

  it('a start that is repeated counts once, at its first occurrence', () => {
    const early = schedule('30 2 * * *', '45m')
    expect(span(early, '2025-10-26T00:45:00Z')).toEqual(['2025-10-26T00:30:00.000Z', '2025-10-26T02:15:00.000Z'])
    expect(span(early, '2025-10-26T02:15:00Z')).toBeUndefined()
  })

  it('steps run in both passes of the repeated hour, and every span has a positive length', () => {
    const often = schedule('*/30 * * * *', '10m')
    for (let minute = 0; minute < 6 * 60; minute++) {
      const atMs = at('2025-10-25T22:00:00Z') + minute * 60_000
      const active = often.activeSpan(atMs)
      expect(active === undefined || (active.startMs <= atMs && atMs < active.endMs)).toBe(true)
      expect(active !== undefined).toBe(minute % 30 < 10 || active !== undefined)
    }
    expect(span(often, '2025-10-26T01:05:00Z')).toEqual(['2025-10-26T01:00:00.000Z', '2025-10-26T01:10:00.000Z'])
    expect(span(often, '2025-10-26T00:05:00Z')?.[0]).toBe('2025-10-26T00:00:00.000Z')
  })
})

describe('in rules', () => {
  it('a rule counts within its schedule only, in the zone of the schedule', () => {
    const rule = testRule('local.hour == 10', {
      schedule: { cron: '0 9 * * *', duration: '2h', timeZone: 'Europe/Paris' },
    })
    expect(outcomeFor(rule)).toBe('matched')
    expect(outcomeFor(rule, { nowMs: at('2025-06-02T09:00:00Z') })).toBe('outside-schedule')
  })

  it.each([
    [{ cron: '61 * * * *', duration: '1h', timeZone: 'UTC' }, 'bad-cron'],
    [{ cron: '0 0 30 2 *', duration: '1h', timeZone: 'UTC' }, 'bad-cron'],
    [{ cron: '0 0 * * * *', duration: '1h', timeZone: 'UTC' }, 'bad-cron'],
    [{ cron: '@daily', duration: '1h', timeZone: 'UTC' }, 'bad-cron'],
    [{ cron: '0 0 * * *', duration: '0s', timeZone: 'UTC' }, 'bad-duration'],
    [{ cron: '0 0 * * *', duration: '2y', timeZone: 'UTC' }, 'bad-duration'],
    [{ cron: '0 0 * * *', duration: '1h', timeZone: 'Mars/Olympus' }, 'bad-time-zone'],
  ])('%j is %s', (bad, code) => {
    const { definition } = testRule('true')
    const result = compileRule({ ...definition, schedule: bad })
    expect(result.ok ? [] : result.faults.map((fault) => fault.code)).toEqual([code])
  })

  it.each([
    ['30d', []],
    ['30d1s', ['grace bad-duration']],
    ['365d', ['grace bad-duration']],
    ['99999999999d', ['grace bad-duration']],
  ])('a grace of %s is bounded by a month, as those of later steps are', (grace, faults) => {
    const { definition } = testRule('true')
    const result = compileRule({ ...definition, grace })
    expect(result.ok ? [] : result.faults.map((fault) => `${fault.part} ${fault.code}`)).toEqual(faults)
  })

  it('reports every fault of a rule at once', () => {
    const { definition } = testRule('true')
    const result = compileRule({
      ...definition,
      expression: 'cpuu < 1',
      covers: { expression: 'cpu' },
      grace: 'soon',
      timeZone: 'Nowhere',
      schedule: { cron: 'x', duration: 'y', timeZone: 'z!' },
    })
    expect(result.ok ? [] : result.faults.map((fault) => `${fault.part} ${fault.code}`)).toEqual([
      'expression unknown-field',
      'covers not-boolean',
      'grace bad-duration',
      'timeZone bad-time-zone',
      'schedule bad-duration',
      'timeZone bad-time-zone',
    ])
  })
})
