// A moment in the viewer's own zone, with the zone named, so that it can never be read as another one's.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

export function absolute(text: string): string {
  const ms = Date.parse(text)
  return Number.isFinite(ms) ? full.format(ms) : text
}

export function clockTime(ms: number): string {
  return clock.format(ms)
}

export function dayTime(ms: number): string {
  return dayAndClock.format(ms)
}
