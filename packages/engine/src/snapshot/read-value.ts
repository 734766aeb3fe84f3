// Small questions asked of a row that a driver gave, which may be anything.

export type Row = Readonly<Record<string, unknown>>

export function asRow(value: unknown): Row | undefined {
  return typeof value === 'object' && value !== null ? (value as Row) : undefined
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0
}

/** Larger is no size of anything: sums of a hundred thousand such numbers are still exact enough and finite. */
const largest = 1e15

/** A size: a number, not negative, not absurd. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= largest
}

/** A size that may be absent. */
export function isOptionalSize(value: unknown): value is number | undefined {
  return value === undefined || isSize(value)
}

export function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** How a value is named in a gap: short, and never a secret's length. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null)
    return String(value)
  return typeof value
}
