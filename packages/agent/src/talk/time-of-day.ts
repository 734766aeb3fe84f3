// "18:00", as the owner of a desktop says until when: the next time that the clock on the wall shows it.

/** From `now` on, more than 0 and at most a day and the hour by which some days are longer; undefined: no time of day. */
export function msUntil(text: string, now: Date): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? []
  if (hour === undefined || Number(minute) > 59 || Number(hour) * 60 + Number(minute) > 24 * 60) return undefined
  const then = new Date(now)
  then.setHours(Number(hour), Number(minute), 0, 0)
  if (then <= now) then.setDate(then.getDate() + 1)
  return then.getTime() - now.getTime()
}
