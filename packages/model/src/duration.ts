// Durations as people write them: "90s", "10m", "2h", "14d", "1w", or several parts, "1h30m". One form for the
// configuration file, the rule language, the API and the command line.

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g

/** Milliseconds, or undefined when the text is no duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!whole.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit] of text.matchAll(part)) sum += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN)
  return Number.isFinite(sum) ? Math.round(sum) : undefined
}

/** At most two parts, largest first and cut off after them, in whole seconds: 5400000 → "1h30m", 0 → "0s". Exact ms below half a second. */
export function formatDurationMs(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return 'for ever'
  if (durationMs < 0) return `-${formatDurationMs(-durationMs)}`
  let restS = Math.round(durationMs / 1000)
  if (restS === 0) return durationMs === 0 ? '0s' : `${Math.round(durationMs)}ms`
  const parts: string[] = []
  for (const [unit, lengthS] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const amount = Math.floor(restS / lengthS)
    if (amount > 0) parts.push(`${amount}${unit}`)
    if (parts.length === 2) break
    restS -= amount * lengthS
  }
  return parts.join('')
}
