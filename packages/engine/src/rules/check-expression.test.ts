import { describe, expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { formatRuleFault } from './rule-fault.ts'

const faultOf = (text: string) => {
  const result = checkExpression(text)
  if (result.ok) throw new Error(`accepted: ${text}`)
  return result.faults[0] as NonNullable<(typeof result.faults)[0]>
}
const said = (text: string) => {
  const { code, message, hint } = faultOf(text)
  return `${code}: ${message}.${hint === undefined ? '' : ` ${hint}`}`
}
const isAccepted = (text: string) => checkExpression(text).ok

describe('what the checker accepts', () => {
  it.each([
    'cpu < 1',
    'cpu < 0.05 && users == 0',
    'instance.vcpus * 2 > 4 || instance.vcpus in [1, 2, 4]',
    'local.hour == 22 && local.minute % 15 == 0',
    'at("America/New_York").hour >= 20',
    'instance.ageS >= duration("14d")',
    'now - timestamp("2026-01-01T00:00:00Z") > duration("1h30m")',
    'now + duration("1h") < timestamp("2026-01-01T00:00:00Z")',
    '"keep" in instance.tags ? false : instance.state == "running"',
    'instance.name + "-x" == "web-1-x"',
    'has(instance.host) && host.state != "maintenance"',
    'shareBelow(cpu, 0.03 * instance.vcpus, "14d") >= 0.97',
    'instance.name in ["a", "b"] && -cpu < -1',
    'valueOr(instance.flavor, "none") == "none"',
    'local.date >= "2026-12-24" && local.time < "07:30"',
    'true',
    'reclaimed == false',
    'sinceAction("suspend") > 3600 && actionCount("stop", "7d") < 3',
    '// a comment\ncpu < 1 // and another\n&& memory < 2',
  ])('%s', (text) => {
    expect(checkExpression(text)).toMatchObject({ ok: true })
  })
})

describe('what it says about faults', () => {
  it('points at a misspelt field and guesses', () => {
    expect(faultOf('cpu < 1 && cpuu < 2')).toMatchObject({
      code: 'unknown-field',
      offset: 11,
      length: 4,
      line: 1,
      column: 12,
    })
    expect(formatRuleFault('night-suspend', faultOf('users==0&&cpuu < 2'))).toBe(
      'rule "night-suspend": field "cpuu" does not exist (column 11). Did you mean "cpu"?',
    )
  })

  it('counts lines', () => {
    expect(faultOf('cpu < 1\n  && nope')).toMatchObject({
      line: 2,
      column: 6,
      message: 'field "nope" does not exist (line 2, column 6)',
    })
  })

  it.each([
    [
      'instance.nam == "x"',
      'unknown-field: field "instance.nam" does not exist (column 1). Did you mean "instance.name"?',
    ],
    ['instance', 'unknown-field: "instance" needs a field behind it (column 1). As in instance.name.'],
    ['local.our == 2', 'unknown-field: field "our" does not exist (column 7). Did you mean "hour"?'],
    ['tenant.name == "x"', 'unknown-field: field "tenant" does not exist (column 1).'],
    ['instance.name.first == "x"', 'unknown-field: a text has no field "first" (column 15).'],
    ['averag(cpu, "1h") < 1', 'unknown-function: function "averag" does not exist (column 1). Did you mean "average"?'],
    ['instance.name.beginsWith("x")', 'unknown-function: function "beginsWith" does not exist (column 15).'],
    [
      'startsWith(instance.name, "x")',
      'unknown-function: "startsWith" is written behind its text (column 1). As in text.startsWith(start).',
    ],
    [
      'average(cpuu, "1h") < 1',
      'bad-metric: average() needs the name of a metric first (column 9). Did you mean cpu, without quotes?',
    ],
    [
      'average("cpu", "1h") < 1',
      'bad-metric: average() needs the name of a metric first (column 9). Did you mean cpu, without quotes?',
    ],
    [
      'average(cpu + 1, "1h") < 1',
      'bad-metric: average() needs the name of a metric first (column 9). Metrics are cpu, cpuFraction, memory, memoryFraction, networkRx, networkTx, disk, users, idleS.',
    ],
    [
      'average(cpu, "1 hour") < 1',
      'bad-duration: "1 hour" is no length of time (column 14). Write a number and ms, s, m, h, d or w: "90s", "10m", "2h", "14d", "1h30m".',
    ],
    [
      'average(cpu, 3600) < 1',
      'constant-needed: average() takes a written-out window here (column 14). As in average(cpu, "30m").',
    ],
    [
      'average(cpu, "30d") < 1',
      'out-of-range: the window "30d" is too long (column 14). Windows are between "1m" and "14d".',
    ],
    [
      'percentile(cpu, 101, "1h") < 1',
      'out-of-range: percentile() takes a number from 0 to 100 here, not 101 (column 17).',
    ],
    ['average(cpu) < 1', 'wrong-arguments: average(metric, window) takes 2 arguments, not 1 (column 1).'],
    ['idleFor(3) > 1', 'wrong-arguments: idleFor() takes no argument, not 1 (column 1).'],
    [
      'duration("2 h") > 1',
      'bad-duration: "2 h" is no length of time (column 10). Write a number and ms, s, m, h, d or w: "90s", "10m", "2h", "14d", "1h30m".',
    ],
    ['idleFor() > "2h"', 'wrong-type: ">" does not go with a number and a text (column 1). Write duration("2h").'],
    ['cpu < "0.5"', 'wrong-type: "<" does not go with a number and a text (column 1). Write 0.5 without quotes.'],
    [
      'instance.state == "runing"',
      'out-of-range: instance.state is never "runing" (column 19). Did you mean "running"?',
    ],
    [
      'instance.state in ["running", "dead"]',
      'out-of-range: instance.state is never "dead" (column 19). It is one of running, paused, suspended, stopped, shelved, error, unknown, starting, pausing, suspending, stopping, shelving, resuming, migrating, deleting.',
    ],
    ['sinceAction("suspnd") > 1', 'bad-action: there is no action "suspnd" (column 13). Did you mean "suspend"?'],
    [
      'at("Europe/Pariss").hour > 1',
      'bad-time-zone: there is no time zone "Europe/Pariss" (column 4). Write a name such as "Europe/Paris", "America/New_York" or "UTC".',
    ],
    [
      'at("+01:00").hour > 1',
      'bad-time-zone: there is no time zone "+01:00" (column 4). Write a name such as "Europe/Paris", "America/New_York" or "UTC".',
    ],
    ['at("UTC") == 1', 'wrong-type: at() needs a field behind it (column 1). As in at("Europe/Paris").hour.'],
    [
      'now > timestamp("yesterday")',
      'bad-timestamp: "yesterday" is no instant (column 17). Write date, time and offset, as in timestamp("2026-12-24T18:00:00+01:00").',
    ],
    ['cpu / 0 > 1', 'division-by-zero: the divisor is always zero (column 7).'],
    ['cpu % (2 - 2) > 1', 'division-by-zero: the divisor is always zero (column 8).'],
    [
      'cpu',
      'not-boolean: the expression gives a number, not yes or no (column 1). Compare it with something, as in cpu < 0.05.',
    ],
    [
      'cpu && true',
      'wrong-type: "&&" takes a yes-or-no value, not a number (column 1). Compare it with something, as in cpu < 0.05.',
    ],
    [
      'instance.tags == "a"',
      'wrong-type: "==" takes a number or a text or a yes-or-no value or an instant, not a list of texts (column 1).',
    ],
    [
      'instance.name.matches("a+")',
      'not-allowed: regular expressions are not part of the rule language (column 1). Write glob(text, "web-*").',
    ],
    [
      'instance.tags.exists(t, t == "a")',
      'not-allowed: loops such as exists() are not part of the rule language (column 1). Use "in", hasTag() or glob().',
    ],
    [
      'instance.tags.all(t, t == "a")',
      'not-allowed: loops such as all() are not part of the rule language (column 1). Use "in", hasTag() or glob().',
    ],
    [
      'instance.tags[0] == "a"',
      'not-allowed: square brackets are only for lists (column 1). Fields are written with a dot: instance.name.',
    ],
    ['{"a": 1} == {"a": 1}', 'not-allowed: maps are not part of the rule language (column 1).'],
    ['cpu == null', 'not-allowed: there is no null: what is missing is unknown (column 8). Ask with known(cpu).'],
    ['glob(instance.name, instance.flavor)', 'constant-needed: glob() takes a written-out pattern (column 21).'],
    ['cpu in [1, "a"]', 'wrong-type: a list holds either texts or numbers, not both (column 12).'],
    ['cpu in []', 'wrong-type: the list is empty (column 8).'],
    [
      '"a" in "abc"',
      'wrong-type: "in" looks for a text, so it needs a list of texts, not a text (column 8). For a part of a text write text.contains("part").',
    ],
    ['cpu < 1 and users == 0', 'syntax: unexpected "and" (column 9). Write "&&".'],
    ['cpu = 1', 'syntax: unexpected "=" (column 5). Compare with "==".'],
    ['cpu < 1 & users < 2', 'syntax: unexpected "&" (column 9). Write "&&".'],
    ['(cpu < 1', 'syntax: expected ")", found the end (column 9).'],
    ['cpu <', 'syntax: the expression ends too early (column 6).'],
    ['instance.name == "x', 'syntax: a text has no closing quote (column 18).'],
    ['', 'syntax: the expression is empty (column 1).'],
    [
      'instance.tags.map(1, 2)',
      'not-allowed: loops such as all(), exists(), map() and filter() are not part of the rule language (column 19). Use "in", hasTag() or glob().',
    ],
    ['9007199254740993 > 1', 'out-of-range: the number is too large (column 1).'],
  ])('%s', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  it('reports every fault of an expression at once', () => {
    const result = checkExpression('cpuu < 1 && averag(cpu, "1h") < 2 && instance.state == "runing"')
    expect(result.ok ? [] : result.faults.map((fault) => fault.code)).toEqual([
      'unknown-field',
      'unknown-function',
      'out-of-range',
    ])
  })

  it('bounds the cost: too many long windows', () => {
    const windows = Array.from({ length: 30 }, (_, n) => `shareBelow(cpu, ${n / 100 + 0.01}, "14d") > 0.5`)
    expect(faultOf(windows.join(' && '))).toMatchObject({ code: 'too-complex' })
    expect(faultOf(windows.slice(0, 25).join(' && '))).toMatchObject({ code: 'too-costly' })
    expect(isAccepted(windows.slice(0, 15).join(' && '))).toBe(true)
  })
})
