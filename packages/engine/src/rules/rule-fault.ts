// What can be wrong with a rule, as a value: code, sentence, place, hint. Never thrown.

export const ruleFaultCodes = {
  syntax: 'The expression cannot be read.',
  'unknown-field': 'There is no field of this name.',
  'unknown-function': 'There is no function of this name.',
  'wrong-type': 'The value has another type than the place needs.',
  'wrong-arguments': 'The function takes other arguments.',
  'bad-duration': 'The text is no length of time.',
  'bad-metric': 'The first argument of a window function must be the name of a metric.',
  'bad-time-zone': 'The text is no time zone.',
  'bad-timestamp': 'The text is no instant.',
  'bad-action': 'There is no action of this name.',
  'constant-needed': 'This place takes a written-out value only.',
  'out-of-range': 'The value lies outside of what the place allows.',
  'division-by-zero': 'The divisor is always zero.',
  'not-boolean': 'The expression does not say yes or no.',
  'not-allowed': 'This part of CEL is not part of the rule language.',
  'too-long': 'The text is too long.',
  'too-complex': 'The expression has too many parts.',
  'too-costly': 'The expression would cost too much per instance.',
  'bad-step': 'A later step does not fit the one before.',
  'bad-cron': 'The cron expression cannot be read or never comes.',
} as const

export type RuleFaultCode = keyof typeof ruleFaultCodes

export interface RuleFault {
  readonly code: RuleFaultCode
  /** Which part of the rule: its expression, the expression it covers with, its schedule, … */
  readonly part: 'expression' | 'covers' | 'grace' | 'steps' | 'schedule' | 'timeZone'
  /** With the place in it: `field "cpuu" does not exist (column 10)`. */
  readonly message: string
  /** What to do, as a sentence of its own. */
  readonly hint: string | undefined
  /** Counted from 0 over the whole text. */
  readonly offset: number
  readonly length: number
  /** Counted from 1. */
  readonly line: number
  readonly column: number
}

export interface FaultPlace {
  readonly text: string
  readonly part: RuleFault['part']
  readonly start: number
  readonly end: number
}

export function ruleFault(
  code: RuleFaultCode,
  place: FaultPlace,
  words: { message: string; hint?: string },
): RuleFault {
  const offset = Math.max(0, Math.min(place.start, place.text.length))
  const before = place.text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - (before.lastIndexOf('\n') + 1) + 1
  const many = place.text.includes('\n')
  const where =
    place.part === 'expression' || place.part === 'covers' ? ` (${many ? `line ${line}, ` : ''}column ${column})` : ''
  return {
    code,
    part: place.part,
    message: `${words.message}${where}`,
    hint: words.hint,
    offset,
    length: Math.max(0, Math.min(place.end, place.text.length) - offset),
    line,
    column,
  }
}

/** One line for people: `rule "night-stop": field "cpuu" does not exist (column 10). Did you mean "cpu"?` */
export function formatRuleFault(ruleName: string, fault: RuleFault): string {
  return `rule "${ruleName}": ${fault.message}.${fault.hint === undefined ? '' : ` ${fault.hint}`}`
}
