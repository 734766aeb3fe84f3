// A moment in the viewer's own zone, with the zone named, so that it can never be read as another one's. Short
// forms name the zone only where the same time comes twice, in the night in which the clock is put back.
import { isRepeated } from './local-moment.ts'

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

const zoned = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
const dayAndZone = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})

export function absolute(text: string): string {
  const ms = Date.parse(text)
  return Number.isFinite(ms) ? full.format(ms) : text
}

export function clockTime(ms: number): string {
  return clock.format(ms)
}

/** 02:30 CEST: which of two that look the same. */
export function clockAndZone(ms: number): string {
  return zoned.format(ms)
}

export function dayTime(ms: number): string {
  return (isRepeated(ms) ? dayAndZone : dayAndClock).format(ms)
}
