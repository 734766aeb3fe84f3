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
  /** A whole expression that says yes or no. */
  readonly example: string
}

const entry = (
  name: string,
  parameters: readonly string[],
  words: Pick<RuleFunction, 'returns' | 'unit' | 'description' | 'example'> & { method?: boolean; optional?: number },
): RuleFunction => ({ method: false, optional: 0, ...words, name, parameters })

const ruleFunctions: readonly RuleFunction[] = [
  entry('average', ['metric', 'window'], {
    returns: 'number',
    description: 'Mean of the samples in the window',
    example: 'average(cpu, "30m") < 0.05',
  }),
  entry('minimum', ['metric', 'window'], {
    returns: 'number',
    description: 'Smallest sample in the window',
    example: 'minimum(memory, "1d") > 512',
  }),
  entry('maximum', ['metric', 'window'], {
    returns: 'number',
    description: 'Largest sample in the window',
    example: 'maximum(cpu, "1d") < 0.1',
  }),
  entry('percentile', ['metric', 'percent', 'window'], {
    returns: 'number',
    description: 'The value that this per cent of the samples do not exceed',
    example: 'percentile(cpu, 95, "14d") < 0.03',
  }),
  entry('shareBelow', ['metric', 'bound', 'window'], {
    returns: 'number',
    unit: '0..1',
    description: 'Fraction of the samples that are below the bound',
    example: 'shareBelow(networkRx, 2000, "1h") >= 0.95',
  }),
  entry('coverage', ['metric', 'window'], {
    returns: 'number',
    unit: '0..1',
    description: 'Fraction of the window for which there are samples; 0 without any, never unknown',
    example: 'coverage(cpu, "14d") >= 0.9',
  }),
  entry('enoughData', ['metric', 'fraction', 'window'], {
    returns: 'bool',
    description: 'True when at least this fraction of the window has samples, otherwise unknown; never false',
    example: 'enoughData(cpu, 0.9, "14d") && maximum(cpu, "14d") < 0.1',
  }),
  entry('quietFor', ['metric', 'bound'], {
    returns: 'number',
    unit: 's',
    description: 'How long all samples have been below the bound, up to 14 days',
    example: 'quietFor(disk, 1000) >= duration("6h")',
  }),
  entry('idleFor', [], {
    returns: 'number',
    unit: 's',
    description: 'idleS where the guest reports it, otherwise quietFor(cpu, 0.05)',
    example: 'idleFor() >= duration("2h")',
  }),
  entry('sinceAction', ['action'], {
    returns: 'number',
    unit: 's',
    description: 'Time since Gleaner last did this to the instance; infinite when it never did',
    example: 'sinceAction("suspend") > duration("1d")',
  }),
  entry('actionCount', ['action', 'window'], {
    returns: 'number',
    unit: 'actions',
    description: 'How often Gleaner did this to the instance in the window',
    example: 'actionCount("suspend", "7d") < 3',
  }),
  entry('sinceResumed', [], {
    returns: 'number',
    unit: 's',
    description: 'Time since it was last resumed or started, by anybody; infinite when that was never seen',
    example: 'sinceResumed() > duration("4h")',
  }),
  entry('duration', ['text'], {
    returns: 'number',
    unit: 's',
    description: 'Seconds of "90s", "10m", "2h", "14d", "1w"',
    example: 'instance.ageS >= duration("14d")',
  }),
  entry('timestamp', ['text'], {
    returns: 'timestamp',
    description: 'The instant of "2026-12-24T18:00:00+01:00"',
    example: 'now < timestamp("2026-12-24T18:00:00+01:00")',
  }),
  entry('at', ['timeZone'], {
    returns: 'calendar',
    description: 'The calendar fields of another time zone',
    example: 'at("America/New_York").hour >= 20',
  }),
  entry('inRange', ['value', 'from', 'to'], {
    returns: 'bool',
    description:
      'from <= value < to; when from is greater than to, the range goes over the end: inRange(local.hour, 22, 6)',
    example: 'inRange(local.hour, 22, 6)',
  }),
  entry('glob', ['text', 'pattern'], {
    returns: 'bool',
    description: 'The whole text fits the pattern: * any characters, ? one character',
    example: 'glob(instance.name, "web-*")',
  }),
  entry('hasTag', ['pattern'], {
    returns: 'bool',
    description: 'One of its tags, or the name part of a "name=value" tag, fits the pattern',
    example: '!hasTag("keep*")',
  }),
  entry('tagValue', ['name'], {
    returns: 'text',
    description: 'Value of the tag "name=value"; "" when there is no such tag',
    example: 'tagValue("env") in ["dev", "test"]',
  }),
  entry('known', ['value'], {
    returns: 'bool',
    description: 'Whether the value is known; never unknown itself',
    example: 'known(users) && users == 0',
  }),
  entry('has', ['value'], {
    returns: 'bool',
    description: 'The same as known()',
    example: 'has(instance.flavor) && instance.flavor == "m1.small"',
  }),
  entry('valueOr', ['value', 'otherwise'], {
    returns: 'same',
    description: 'The value, or the other one when it is unknown',
    example: 'valueOr(users, 0) == 0',
  }),
  entry('min', ['a', 'b'], {
    returns: 'number',
    description: 'The smaller one',
    example: 'min(cpu, cpuFraction) < 0.05',
  }),
  entry('max', ['a', 'b'], {
    returns: 'number',
    description: 'The larger one',
    example: 'max(networkRx, networkTx) < 1000',
  }),
  entry('abs', ['a'], {
    returns: 'number',
    description: 'The value without its sign',
    example: 'abs(networkRx - networkTx) < 100',
  }),
  entry('size', ['textOrList'], {
    returns: 'number',
    description: 'Number of characters or elements',
    example: 'size(instance.tags) == 0',
  }),
  entry('size', ['textOrList'], {
    method: true,
    returns: 'number',
    description: 'The same as size()',
    example: 'instance.name.size() > 3',
  }),
  entry('startsWith', ['text', 'start'], {
    method: true,
    returns: 'bool',
    description: 'The text starts so',
    example: 'instance.name.startsWith("web-")',
  }),
  entry('endsWith', ['text', 'end'], {
    method: true,
    returns: 'bool',
    description: 'The text ends so',
    example: 'instance.name.endsWith("-test")',
  }),
  entry('contains', ['text', 'part'], {
    method: true,
    returns: 'bool',
    description: 'The text holds the part',
    example: 'instance.name.contains("test")',
  }),
  entry('lowerAscii', ['text'], {
    method: true,
    returns: 'text',
    description: 'The text in small letters',
    example: 'instance.name.lowerAscii() == "web-1"',
  }),
  entry('upperAscii', ['text'], {
    method: true,
    returns: 'text',
    description: 'The text in capital letters',
    example: 'instance.name.upperAscii() == "WEB-1"',
  }),
]

export const functionTable: ReadonlyMap<string, RuleFunction> = new Map(
  ruleFunctions.filter((fn) => !fn.method).map((fn) => [fn.name, fn]),
)
export const methodTable: ReadonlyMap<string, RuleFunction> = new Map(
  ruleFunctions.filter((fn) => fn.method).map((fn) => [fn.name, fn]),
)
