// What the calendar shows: a span of time, and how finely. Zooming keeps the present where it is, or the middle when the
// present is out of sight; moving goes by a quarter.

export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}

export const hourMs = 3_600_000
const dayMs = 24 * hourMs

export const zooms = [
  { value: 'day', text: 'Day', lengthMs: dayMs },
  { value: 'week', text: 'Week', lengthMs: 7 * dayMs },
  { value: 'month', text: 'Month', lengthMs: 31 * dayMs },
  { value: 'quarter', text: 'Quarter', lengthMs: 92 * dayMs },
  { value: 'year', text: 'Year', lengthMs: 366 * dayMs },
] as const
export type Zoom = (typeof zooms)[number]['value']

export function isZoom(value: string | undefined): value is Zoom {
  return zooms.some((zoom) => zoom.value === value)
}

export function lengthOf(zoom: Zoom): number {
  return zooms.find(({ value }) => value === zoom)?.lengthMs ?? dayMs
}

/** The next closer or wider one; the same at the end of the scale. */
export function nextZoom(zoom: Zoom, step: 1 | -1): Zoom {
  const at = zooms.findIndex(({ value }) => value === zoom)
  return zooms[at + step]?.value ?? zoom
}

/** The window of a zoom around a middle. */
export function windowAround(middleMs: number, zoom: Zoom): TimeWindow {
  const half = lengthOf(zoom) / 2
  return { fromMs: middleMs - half, toMs: middleMs + half }
}

/** The middle of the window after a zoom. */
export function middleAfterZoom({ fromMs, toMs }: TimeWindow, nowMs: number, zoom: Zoom): number {
  if (nowMs < fromMs || nowMs > toMs) return (fromMs + toMs) / 2
  const passed = (nowMs - fromMs) / (toMs - fromMs)
  return nowMs + (0.5 - passed) * lengthOf(zoom)
}

/** Where one looks when nothing was chosen: a little of the past, most of it to come. */
export function middleFrom(nowMs: number, zoom: Zoom): number {
  return nowMs + lengthOf(zoom) * 0.4
}

/** What a drag is rounded to. */
export function grainOf(zoom: Zoom): number {
  if (zoom === 'day') return hourMs / 4
  return zoom === 'week' ? hourMs : zoom === 'month' ? 6 * hourMs : dayMs
}

export interface Tick {
  readonly atMs: number
  /** Where, as a share of the window. */
  readonly at: number
  readonly text: string
}

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const month = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric' })

/** At whole hours, days or months of the viewer's own zone, on days of 23 and 25 hours too. */
export function ticksOf({ fromMs, toMs }: TimeWindow, zoom: Zoom): readonly Tick[] {
  const ticks: Tick[] = []
  const at = new Date(fromMs)
  at.setMinutes(0, 0, 0)
  if (zoom === 'day') at.setHours(Math.ceil(at.getHours() / 3) * 3)
  else at.setHours(0)
  if (zoom === 'quarter' || zoom === 'year') at.setDate(1)
  for (; at.getTime() < toMs; step(at, zoom)) {
    const atMs = at.getTime()
    if (atMs < fromMs) continue
    const isDay = zoom === 'day' && at.getHours() !== 0
    const text = isDay
      ? hour.format(atMs)
      : zoom === 'quarter' || zoom === 'year'
        ? month.format(atMs)
        : day.format(atMs)
    ticks.push({ atMs, at: (atMs - fromMs) / (toMs - fromMs), text })
  }
  return ticks
}

function step(at: Date, zoom: Zoom): void {
  if (zoom === 'day') at.setHours(at.getHours() + 3)
  else if (zoom === 'week') at.setDate(at.getDate() + 1)
  else if (zoom === 'month') at.setDate(at.getDate() + 5)
  else at.setMonth(at.getMonth() + (zoom === 'quarter' ? 1 : 2))
}
