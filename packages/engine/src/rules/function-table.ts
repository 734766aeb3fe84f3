// Every function of the rule language, as data: the checker counts arguments by it, the reference page and the editor's
// completion are made from it. What an argument may be in detail is the checker's business.

export interface RuleFunction {
  readonly name: string
  /** A method is written behind its first argument: `instance.name.startsWith("web-")`. */
  readonly method: boolean
  readonly parameters: readonly string[]
  /** How many arguments may be left out at the end. */
  readonly optional: number
  readonly returns: 'number' | 'bool' | 'text' | 'timestamp' | 'calendar' | 'same'
  readonly unit?: string
  readonly description: string
}

const entry = (
  name: string,
  parameters: readonly string[],
  words: Pick<RuleFunction, 'returns' | 'unit' | 'description'> & { method?: boolean; optional?: number },
): RuleFunction => ({ method: false, optional: 0, ...words, name, parameters })

const ruleFunctions: readonly RuleFunction[] = [
  entry('average', ['metric', 'window'], { returns: 'number', description: 'Mean of the samples in the window' }),
  entry('minimum', ['metric', 'window'], { returns: 'number', description: 'Smallest sample in the window' }),
  entry('maximum', ['metric', 'window'], { returns: 'number', description: 'Largest sample in the window' }),
  entry('percentile', ['metric', 'percent', 'window'], {
    returns: 'number',
    description: 'The value that this per cent of the samples do not exceed',
  }),
  entry('shareBelow', ['metric', 'bound', 'window'], {
    returns: 'number',
    unit: '0..1',
    description: 'Fraction of the samples that are below the bound',
  }),
  entry('coverage', ['metric', 'window'], {
    returns: 'number',
    unit: '0..1',
    description: 'Fraction of the window for which there are samples; 0 without any, never unknown',
  }),
  entry('enoughData', ['metric', 'fraction', 'window'], {
    returns: 'bool',
    description: 'True when at least this fraction of the window has samples, otherwise unknown; never false',
  }),
  entry('quietFor', ['metric', 'bound'], {
    returns: 'number',
    unit: 's',
    description: 'How long all samples have been below the bound, up to 14 days',
  }),
  entry('idleFor', [], {
    returns: 'number',
    unit: 's',
    description: 'idleS where the guest reports it, otherwise quietFor(cpu, 0.05)',
  }),
  entry('sinceAction', ['action'], {
    returns: 'number',
    unit: 's',
    description: 'Time since Gleaner last did this to the instance; infinite when it never did',
  }),
  entry('actionCount', ['action', 'window'], {
    returns: 'number',
    unit: 'actions',
    description: 'How often Gleaner did this to the instance in the window',
  }),
  entry('sinceResumed', [], {
    returns: 'number',
    unit: 's',
    description: 'Time since it was last resumed or started, by anybody; infinite when that was never seen',
  }),
  entry('duration', ['text'], {
    returns: 'number',
    unit: 's',
    description: 'Seconds of "90s", "10m", "2h", "14d", "1w"',
  }),
  entry('timestamp', ['text'], { returns: 'timestamp', description: 'The instant of "2026-12-24T18:00:00+01:00"' }),
  entry('at', ['timeZone'], { returns: 'calendar', description: 'The calendar fields of another time zone' }),
  entry('inRange', ['value', 'from', 'to'], {
    returns: 'bool',
    description:
      'from <= value < to; when from is greater than to, the range goes over the end: inRange(local.hour, 22, 6)',
  }),
  entry('glob', ['text', 'pattern'], {
    returns: 'bool',
    description: 'The whole text fits the pattern: * any characters, ? one character',
  }),
  entry('hasTag', ['pattern'], {
    returns: 'bool',
    description: 'One of its tags, or the name part of a "name=value" tag, fits the pattern',
  }),
  entry('tagValue', ['name'], {
    returns: 'text',
    description: 'Value of the tag "name=value"; "" when there is no such tag',
  }),
  entry('known', ['value'], { returns: 'bool', description: 'Whether the value is known; never unknown itself' }),
  entry('has', ['value'], { returns: 'bool', description: 'The same as known(), for a field with a dot' }),
  entry('valueOr', ['value', 'otherwise'], {
    returns: 'same',
    description: 'The value, or the other one when it is unknown',
  }),
  entry('min', ['a', 'b'], { returns: 'number', description: 'The smaller one' }),
  entry('max', ['a', 'b'], { returns: 'number', description: 'The larger one' }),
  entry('abs', ['a'], { returns: 'number', description: 'The value without its sign' }),
  entry('size', ['textOrList'], { returns: 'number', description: 'Number of characters or elements' }),
  entry('size', ['textOrList'], { method: true, returns: 'number', description: 'The same as size()' }),
  entry('startsWith', ['text', 'start'], { method: true, returns: 'bool', description: 'The text starts so' }),
  entry('endsWith', ['text', 'end'], { method: true, returns: 'bool', description: 'The text ends so' }),
  entry('contains', ['text', 'part'], { method: true, returns: 'bool', description: 'The text holds the part' }),
  entry('lowerAscii', ['text'], { method: true, returns: 'text', description: 'The text in small letters' }),
  entry('upperAscii', ['text'], { method: true, returns: 'text', description: 'The text in capital letters' }),
]

export const functionTable: ReadonlyMap<string, RuleFunction> = new Map(
  ruleFunctions.filter((fn) => !fn.method).map((fn) => [fn.name, fn]),
)
export const methodTable: ReadonlyMap<string, RuleFunction> = new Map(
  ruleFunctions.filter((fn) => fn.method).map((fn) => [fn.name, fn]),
)
