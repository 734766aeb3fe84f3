// What is written about the times of a lease that recurs, the RRULE it stands for, and an RRULE in words.

export const weekdays = [
  ['MO', 'Mon'],
  ['TU', 'Tue'],
  ['WE', 'Wed'],
  ['TH', 'Thu'],
  ['FR', 'Fri'],
  ['SA', 'Sat'],
  ['SU', 'Sun'],
] as const
export type Weekday = (typeof weekdays)[number][0]

export const repeats = [
  ['never', 'not'],
  ['daily', 'every day'],
  ['weekdays', 'on weekdays'],
  ['weekly', 'every week'],
  ['rule', 'by a rule (RRULE)'],
] as const
export type Repeat = (typeof repeats)[number][0]

export interface RecurrenceForm {
  readonly repeat: Repeat
  /** Of `weekly`; none: the day of the first time. */
  readonly days: readonly Weekday[]
  /** Of `rule`. */
  readonly rule: string
  readonly zone: string
  readonly ends: 'count' | 'until'
  readonly count: string
  /** 2026-12-31, in the zone; it counts. */
  readonly lastDay: string
  /** Makes those that can be had. */
  readonly skipClashes: boolean
}

export const emptyRecurrence: RecurrenceForm = {
  repeat: 'never',
  days: [],
  rule: '',
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  ends: 'count',
  count: '10',
  lastDay: '',
  skipClashes: false,
}

const working = 'MO,TU,WE,TH,FR'

/** Undefined as long as something is missing. */
export function ruleOf(form: RecurrenceForm): string | undefined {
  const base = baseOf(form)
  if (base === undefined || !isZone(form.zone)) return undefined
  if (saysWhenItEnds(form)) return base
  const end = endOf(form)
  return end === undefined ? undefined : `${base};${end}`
}

/** A rule that was written as such may say itself when it ends. */
export function saysWhenItEnds({ repeat, rule }: RecurrenceForm): boolean {
  return repeat === 'rule' && /\b(COUNT|UNTIL)=/i.test(rule)
}

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone: name.trim() }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** What clocks show in a zone: Fri, Oct 23, 10:00 PM. */
export function wallText(ms: number, zone: string): string {
  return new Intl.DateTimeFormat(undefined, {
    timeZone: zone.trim(),
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms)
}

/** "every day, 10 times"; a rule that is none of the form's own stays as it is. */
export function ruleWords(rule: string): string {
  const parts = new Map(rule.split(';').map((part) => part.split('=') as [string, string]))
  const [freq, byDay, count, until] = ['FREQ', 'BYDAY', 'COUNT', 'UNTIL'].map((key) => parts.get(key))
  const others = [...parts.keys()].filter((key) => !['FREQ', 'BYDAY', 'COUNT', 'UNTIL'].includes(key))
  const days = byDay?.split(',').map((day) => weekdays.find(([key]) => key === day)?.[1])
  const often = oftenOf(freq, byDay, days)
  const end = count === undefined ? untilWords(until) : count === '1' ? ', once' : `, ${count} times`
  return others.length > 0 || often === undefined || end === undefined ? rule : `${often}${end}`
}

function oftenOf(freq: string | undefined, byDay: string | undefined, days: readonly (string | undefined)[] = []) {
  if (freq === 'DAILY' && byDay === undefined) return 'every day'
  if (freq !== 'WEEKLY' || days.includes(undefined)) return undefined
  if (byDay === working) return 'on weekdays'
  return days.length === 0 ? 'every week' : `every week on ${days.join(', ')}`
}

function untilWords(until: string | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(until ?? '') ?? []
  return day === undefined ? undefined : `, until ${year}-${month}-${day}`
}

function baseOf({ repeat, days, rule }: RecurrenceForm): string | undefined {
  if (repeat === 'daily') return 'FREQ=DAILY'
  if (repeat === 'weekdays') return `FREQ=WEEKLY;BYDAY=${working}`
  const chosen = weekdays.map(([day]) => day).filter((day) => days.includes(day))
  if (repeat === 'weekly') return chosen.length === 0 ? 'FREQ=WEEKLY' : `FREQ=WEEKLY;BYDAY=${chosen.join(',')}`
  const written = rule.trim().replace(/^RRULE:/i, '')
  return repeat === 'rule' && /^FREQ=[A-Z]+(;[A-Z]+=[-+A-Z0-9,]+)*$/i.test(written) ? written.toUpperCase() : undefined
}

function endOf({ ends, count, lastDay }: RecurrenceForm): string | undefined {
  if (ends === 'until') return /^\d{4}-\d\d-\d\d$/.test(lastDay) ? `UNTIL=${lastDay.replaceAll('-', '')}` : undefined
  const times = Number(count)
  return count.trim() !== '' && Number.isInteger(times) && times >= 1 && times <= 366 ? `COUNT=${times}` : undefined
}
