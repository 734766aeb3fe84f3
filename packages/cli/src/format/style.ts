// Colour on a terminal that wants it, nothing elsewhere. Colour never says what the text does not say as well.

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const
export type Colour = keyof typeof codes

export type Style = (text: string, colour: Colour | undefined) => string

export function styleFor(wanted: boolean): Style {
  return (text, colour) =>
    wanted && colour !== undefined && text !== '' ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
}

/** NO_COLOR wins (https://no-color.org), then FORCE_COLOR, then whether anybody looks. */
export function wantsColour(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false
  if ((environment['FORCE_COLOR'] ?? '') !== '') return true
  return isTerminal && environment['TERM'] !== 'dumb'
}

const stateColours: Readonly<Record<string, Colour>> = {
  running: 'green',
  up: 'green',
  fresh: 'green',
  done: 'green',
  enforce: 'green',
  suspended: 'blue',
  paused: 'blue',
  stopped: 'blue',
  shelved: 'blue',
  asleep: 'blue',
  error: 'red',
  failed: 'red',
  down: 'red',
  unreachable: 'red',
  'timed-out': 'red',
  stale: 'yellow',
  partial: 'yellow',
  warning: 'yellow',
  held: 'yellow',
  unknown: 'yellow',
  'awaiting-approval': 'yellow',
  advise: 'yellow',
  off: 'dim',
  observed: 'dim',
  cancelled: 'dim',
}

export function stateColour(state: string): Colour | undefined {
  return stateColours[state]
}
