// Every call that is refused when a rule is saved, in the words that its author reads, and the bounds of what is taken.
import { describe, expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'

function said(text: string) {
  const result = checkExpression(text)
  return result.ok ? [] : result.faults.map(({ code, message, hint }) => [code, `${message}.`, hint].join(' ').trim())
}

describe('what is refused', () => {
  it.each([
    ['percentile(cpu, users, "1h") < 1', 'constant-needed percentile() takes a written-out number here (column 17).'],
    [
      'percentile(cpu, -1, "1h") < 1',
      'out-of-range percentile() takes a number from 0 to 100 here, not -1 (column 17).',
    ],
    [
      'percentile(cpu, "95", "1h") < 1',
      'wrong-type percentile() takes a number, not a text (column 17). Write 95 without quotes.',
    ],
    ['shareBelow(cpu, true, "1h") < 1', 'wrong-type shareBelow() takes a number, not a yes-or-no value (column 17).'],
    ['enoughData(cpu, 1.1, "1h")', 'out-of-range enoughData() takes a number from 0 to 1 here, not 1.1 (column 17).'],
    ['enoughData(cpu, users, "1h")', 'constant-needed enoughData() takes a written-out number here (column 17).'],
    ['enoughData(cpu, true, "1h")', 'wrong-type enoughData() takes a number, not a yes-or-no value (column 17).'],
    ['quietFor(cpu, true) > 1', 'wrong-type quietFor() takes a number, not a yes-or-no value (column 15).'],
    [
      'quietFor(cpuu, 1) > 1',
      'bad-metric quietFor() needs the name of a metric first (column 10). Did you mean cpu, without quotes?',
    ],
    [
      'average(cpu, "59s") < 1',
      'out-of-range the window "59s" is too short (column 14). Windows are between "1m" and "14d".',
    ],
    [
      'average(cpu, instance.name) < 1',
      'constant-needed average() takes a written-out window here (column 14). As in average(cpu, "30m").',
    ],
    ['sinceAction(instance.name) > 1', 'constant-needed sinceAction() takes a written-out action here (column 13).'],
    [
      'actionCount("stop", 7) > 1',
      'constant-needed actionCount() takes a written-out window here (column 21). As in average(cpu, "30m").',
    ],
    ['duration(60) > 1', 'constant-needed duration() takes a written-out text here (column 10).'],
    ['now > timestamp(1)', 'constant-needed timestamp() takes a written-out text here (column 17).'],
    ['at().hour > 1', 'wrong-arguments at(timeZone) takes one argument (column 1).'],
    ['at("UTC", "UTC").hour > 1', 'wrong-arguments at(timeZone) takes one argument (column 1).'],
    ['at(instance.name).hour > 1', 'constant-needed at() takes a written-out time zone (column 4).'],
    ['hasTag(instance.name)', 'constant-needed hasTag() takes a written-out pattern (column 8).'],
    ['tagValue(instance.name) == ""', 'constant-needed tagValue() takes a written-out pattern (column 10).'],
    ['valueOr(instance.vcpus, "none") == 1', 'wrong-type valueOr() takes a number, not a text (column 25).'],
    [
      'valueOr(instance.tags, "none") == "a"',
      'wrong-type valueOr() takes a number or a text or a yes-or-no value or an instant, not a list of texts (column 9).',
    ],
    [
      'known(instance.nam)',
      'unknown-field field "instance.nam" does not exist (column 7). Did you mean "instance.name"?',
    ],
    ['min(cpu, "a") > 1', 'wrong-type min() takes a number, not a text (column 10).'],
    ['min(cpu) > 1', 'wrong-arguments min(a, b) takes 2 arguments, not 1 (column 1).'],
    [
      'instance.name.startsWith() || true',
      'wrong-arguments text.startsWith(start) takes one argument, not 0 (column 1).',
    ],
    ['instance.name.lowerAscii("x") == "a"', 'wrong-arguments text.lowerAscii() takes no argument, not 1 (column 1).'],
    ['"a".glob("a")', 'unknown-function "glob" is written in front (column 1). As in glob(text, pattern).'],
    ['zzzzzz(cpu) > 1', 'unknown-function function "zzzzzz" does not exist (column 1).'],
    [
      'instance.name.startWith("x")',
      'unknown-function function "startWith" does not exist (column 15). Did you mean "startsWith"?',
    ],
  ])('%s', (text, expected) => {
    expect(said(text)).toEqual([expected])
  })

  it('an action that resembles none names all of them', () => {
    expect(said('sinceAction("zzzzzz") > 1')).toEqual([
      expect.stringMatching(/^bad-action there is no action "zzzzzz" \(column 13\)\. There are .*suspend.*\.$/),
    ])
  })

  it('a text that is very long is told with its beginning', () => {
    expect(said(`duration("${'9'.repeat(60)}x") > 1`)[0]).toContain(`"${'9'.repeat(60)}…" is no length of time`)
    expect(said(`duration("${'9'.repeat(59)}x") > 1`)[0]).toContain(`"${'9'.repeat(59)}x" is no length of time`)
  })

  it('both parts of a call that are wrong', () => {
    expect(said('actionCount("zzz", "30d") > 1').map((each) => each.split(' ')[0])).toEqual([
      'out-of-range',
      'bad-action',
    ])
    expect(said('average(cpuu, "30d") > 1').map((each) => each.split(' ')[0])).toEqual(['bad-metric', 'out-of-range'])
  })
})

it.each([
  'average(cpu, "1m") < 1 && average(cpu, "14d") < 1',
  'percentile(cpu, 0, "1h") < 1 && percentile(cpu, 100, "1h") < 1',
  'enoughData(cpu, 0, "1h") && enoughData(cpu, 1, "1h")',
  'coverage(cpu, "1h") > 0.5',
  'valueOr(now, timestamp("2026-01-01T00:00:00Z")) > now',
  'valueOr(instance.protected, false)',
  'known(cpu) && known(instance.tags) && has(instance.name)',
  'abs(min(cpu, 1) - max(users, 1)) < 2',
  'size("abc") == size(instance.tags)',
  'inRange(cpu, 0, instance.vcpus) && instance.name.endsWith("x") && instance.name.contains(instance.name)',
  'sinceResumed() > duration("0s") && quietFor(cpu, 0.1 * instance.vcpus) > 60',
])('takes %s', (text) => {
  expect(said(text)).toEqual([])
})
