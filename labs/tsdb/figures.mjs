// The usage of the lab's instances by minute: what push.mjs stores in the engines and compare.mjs asks Gleaner for.
export const minuteMs = 60_000

/** Minutes since the epoch; each instance has its own figures, and a hole of three minutes an hour. */
export const coresAt = (seed, minute) => ((minute * 7 + seed * 13) % 40) / 32
export const memoryAt = (seed, minute) => 256 + ((minute * 11 + seed * 5) % 96) / 4
export const bytesAt = (seed, minute) => ((minute + seed) % 20) * 1024
export const isHole = (minute) => minute % 60 >= 20 && minute % 60 < 23

/** Samples are taken at the tenth second of the minute. */
export const sampleMs = (minute) => minute * minuteMs + 10_000

// A counter tells nothing of a hole but its mean, which holds for every minute of it.
export const throughHoles = (valueAt) => (minute) => {
  let first = minute
  while (isHole(first - 1)) first--
  if (!isHole(minute) && first === minute) return valueAt(minute)
  let last = minute
  while (isHole(last)) last++
  let sum = 0
  for (let each = first; each <= last; each++) sum += valueAt(each)
  return sum / (last - first + 1)
}
export const unlessHole = (valueAt) => (minute) => (isHole(minute) ? undefined : valueAt(minute))
