import { describe, expect, it } from 'vitest'
import { emptyRecurrence, isZone, type RecurrenceForm, ruleOf, ruleWords, wallText } from './recurrence-form.ts'

const form: RecurrenceForm = { ...emptyRecurrence, zone: 'Europe/Berlin', count: '4' }

describe('the recurrence of a lease in the form', () => {
  it.each<[Partial<RecurrenceForm>, string, string]>([
    [{ repeat: 'daily' }, 'FREQ=DAILY;COUNT=4', 'every day, 4 times'],
    [{ repeat: 'weekdays' }, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=4', 'on weekdays, 4 times'],
    [{ repeat: 'weekly' }, 'FREQ=WEEKLY;COUNT=4', 'every week, 4 times'],
    [{ repeat: 'weekly', days: ['TH', 'MO'] }, 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4', 'every week on Mon, Thu, 4 times'],
    [{ repeat: 'daily', count: '1' }, 'FREQ=DAILY;COUNT=1', 'every day, once'],
    [
      { repeat: 'daily', ends: 'until', lastDay: '2026-12-31' },
      'FREQ=DAILY;UNTIL=20261231',
      'every day, until 2026-12-31',
    ],
    [
      { repeat: 'rule', rule: ' rrule:freq=monthly;byday=1mo ' },
      'FREQ=MONTHLY;BYDAY=1MO;COUNT=4',
      'FREQ=MONTHLY;BYDAY=1MO;COUNT=4',
    ],
    [
      { repeat: 'rule', rule: 'FREQ=DAILY;INTERVAL=2;COUNT=2' },
      'FREQ=DAILY;INTERVAL=2;COUNT=2',
      'FREQ=DAILY;INTERVAL=2;COUNT=2',
    ],
    [
      { repeat: 'rule', rule: 'FREQ=WEEKLY;BYDAY=1MO;COUNT=2' },
      'FREQ=WEEKLY;BYDAY=1MO;COUNT=2',
      'FREQ=WEEKLY;BYDAY=1MO;COUNT=2',
    ],
  ])('%o is %s', (part, rule, words) => {
    expect(ruleOf({ ...form, ...part })).toBe(rule)
    expect(ruleWords(rule)).toBe(words)
  })

  it.each<Partial<RecurrenceForm>>([
    { repeat: 'never' },
    { repeat: 'daily', count: '' },
    { repeat: 'daily', count: '0' },
    { repeat: 'daily', count: '367' },
    { repeat: 'daily', count: '2.5' },
    { repeat: 'daily', ends: 'until' },
    { repeat: 'daily', zone: '' },
    { repeat: 'daily', zone: 'Europe/Nowhere' },
    { repeat: 'rule', rule: '' },
    { repeat: 'rule', rule: 'every monday' },
  ])('%o is no rule yet', (part) => {
    expect(ruleOf({ ...form, ...part })).toBeUndefined()
  })

  it('knows zones, and what clocks show there', () => {
    expect([isZone('Europe/Berlin'), isZone('UTC'), isZone(' '), isZone('Mars/Olympus')]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(wallText(Date.UTC(2026, 9, 23, 20), 'America/New_York')).toMatch(/Fri.*Oct.*23.*4:00|Fri.*23.*Oct.*16:00/)
  })
})
