import { readyMadeRules } from '@gleaner/engine'
import type { RuleDefinition } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { readRuleCases, readRules } from './read-rule-cases.ts'
import { writeRules } from './write-rules.ts'

const rule = (name: string, expression = 'cpu < 0.05') =>
  `  - { name: ${name}, expression: '${expression}', action: suspend }\n`
const read = (text: string, beside?: string) =>
  readRuleCases({ name: 'cases.yaml', text }, beside === undefined ? undefined : { name: 'rules.yaml', text: beside })
const faultOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return 'no fault'
}

describe('a file of cases', () => {
  it('finds rules in itself, in the file beside it, and among the ready-made', () => {
    const { cases, untested } = read(
      `rules:\n${rule('own')}${rule('lonely')}cases:\n` +
        ['own', 'other', 'guest-idle']
          .map((name) => `  - { name: of ${name}, rule: ${name}, expect: unknown }\n`)
          .join(''),
      `rules:\n${rule('other')}`,
    )
    expect(cases.map((each) => each.rule.definition.name)).toEqual(['own', 'other', 'guest-idle'])
    expect(untested).toEqual(['lonely'])
  })

  it('prefers its own rule to a ready-made one of that name', () => {
    const { cases } = read(
      `rules:\n${rule('guest-idle', 'users == 7')}cases:\n  - { name: a, rule: guest-idle, expect: unknown }\n`,
    )
    expect(cases[0]?.rule.definition.expression).toBe('users == 7')
  })

  it.each([
    ['no cases', 'cases: []\n', 'cases.yaml:1'],
    [
      'an unknown key',
      'cases:\n  - { name: a, rule: guest-idle, expect: matched, usge: {} }\n',
      'Did you mean "usage"?',
    ],
    [
      'an unknown metric',
      'cases:\n  - name: a\n    rule: guest-idle\n    expect: matched\n    usage: { cpuu: 1 }\n',
      'cases.yaml:5',
    ],
    ['an unknown outcome', 'cases:\n  - { name: a, rule: guest-idle, expect: match }\n', 'one of matched, not-matched'],
    [
      'an unknown rule',
      'cases:\n  - { name: a, rule: guest-idel, expect: matched }\n',
      'there is no rule "guest-idel". Did you mean "guest-idle"?',
    ],
    [
      'a name twice',
      `cases:\n${'  - { name: a, rule: guest-idle, expect: matched }\n'.repeat(2)}`,
      'cases.yaml:3: the name "a" is used twice',
    ],
    [
      'a rule twice',
      `rules:\n${rule('x').repeat(2)}cases:\n  - { name: a, rule: x, expect: matched }\n`,
      'the name "x" is used twice',
    ],
    [
      'a rule that is wrong',
      `rules:\n${rule('x', 'cpuu < 1')}cases:\n  - { name: a, rule: x, expect: matched }\n`,
      'cases.yaml:2: rule "x": field "cpuu" does not exist (column 1). Did you mean "cpu"?',
    ],
    [
      'a course that is none',
      'cases:\n  - name: a\n    rule: guest-idle\n    expect: matched\n    usage:\n      cpu: 0.1 since noon\n',
      'cases.yaml:6: cpu: "0.1 since noon" is no stretch',
    ],
    [
      'a time that is none',
      'cases:\n  - { name: a, rule: guest-idle, expect: matched, at: noon }\n',
      '"noon" is no instant',
    ],
    ['a key twice', 'cases:\n  - { name: a, name: b, rule: guest-idle, expect: matched }\n', 'unique'],
    ['no YAML', 'cases: [\n', 'cases.yaml:'],
    ['a list', '- 1\n', 'cases.yaml:1'],
    ['nothing', '', 'cases.yaml:1'],
  ])('%s is told with its place', (_what, text, expected) => {
    expect(faultOf(() => read(text))).toContain(expected)
  })

  it('tells all faults of a file at once', () => {
    const said = faultOf(() =>
      read(`cases:\n  - { name: a, rule: one, expect: matched }\n  - { name: b, rule: two, expect: matched, at: x }\n`),
    )
    expect(said).toMatch(/"one"[\s\S]*"two"/)
    expect(said).toContain('"x" is no instant')
  })

  it('tells faults of the file beside it by the name of that file', () => {
    expect(faultOf(() => read('cases:\n  - { name: a, rule: x, expect: matched }\n', 'modes: {}\n'))).toContain(
      'rules.yaml:1',
    )
  })
})

describe('a file of rules', () => {
  it('may have none, as the export of a server without any; a file without the key is another one', () => {
    expect(readRules({ name: 'rules.yaml', text: writeRules([]) })).toEqual([])
    expect(faultOf(() => readRules({ name: 'rules.yaml', text: 'modes: {}\n' }))).toContain('there are no rules')
  })

  it('is refused with its name when few lines of it stand for very many', () => {
    const tens = 'abcde'.split('').map(
      (name, nth) =>
        `${name}: &${name} [${Array(10)
          .fill(nth === 0 ? 'x' : `*${'abcde'[nth - 1]}`)
          .join(',')}]`,
    )
    expect(faultOf(() => readRules({ name: 'rules.yaml', text: `${tens.join('\n')}\nrules: *e\n` }))).toMatch(
      /^rules\.yaml:1: its aliases cannot be followed: /,
    )
  })

  it('may be a configuration: what is not about rules is for others to judge', () => {
    const rules = readRules({ name: 'gleaner.yaml', text: `listen: 127.0.0.1:7878\nrules:\n${rule('a')}` })
    expect(rules).toEqual([
      {
        name: 'a',
        expression: 'cpu < 0.05',
        action: 'suspend',
        covers: {},
        grace: '10m',
        mode: 'observe',
        priority: 100,
        enabled: true,
      },
    ])
  })

  it.each([
    ['a duplicate name', `rules:\n${rule('a')}${rule('b')}${rule('a')}`, 'rules.yaml:4: the name "a" is used twice'],
    ['a duplicate key', "rules:\n  - { name: a, expression: 'true', action: stop, action: suspend }\n", 'unique'],
    ['the key "rules" twice', `rules:\n${rule('a')}rules:\n${rule('b')}`, 'unique'],
    [
      'an unknown key',
      "rules:\n  - { name: a, expression: 'true', action: suspend, garce: 1h }\n",
      'rules.yaml:2: the key "garce" is unknown. Did you mean "grace"?',
    ],
    [
      'an unknown key inside',
      "rules:\n  - name: a\n    expression: 'true'\n    action: suspend\n    covers: { project: [x] }\n",
      'rules.yaml:5: the key "project" is unknown. Did you mean "projects"?',
    ],
    [
      'an unknown key of a step',
      "rules:\n  - name: a\n    expression: 'true'\n    action: notify\n    steps: [{ after: 1d, action: stop, gracious: 1d }]\n",
      'rules.yaml:5: the key "gracious" is unknown',
    ],
  ])('with %s is refused as a whole, with the line', (_what, text, said) => {
    expect(faultOf(() => readRules({ name: 'rules.yaml', text }))).toContain(said)
  })

  it('is written and read back as it was', () => {
    const rules: RuleDefinition[] = [
      ...readyMadeRules.map(({ definition }) => definition),
      {
        name: 'all-keys',
        description: 'Has: every "key"\nand two lines',
        expression: 'instance.name != "a: b" &&\n  cpu < 0.05',
        action: 'stop',
        covers: { projects: ['yes', '007'], tags: ['env=test'], expression: 'true' },
        grace: '1h30m',
        schedule: { cron: '0 20 * * *', duration: '11h', timeZone: 'Europe/Paris' },
        mode: 'enforce',
        priority: 0,
        enabled: false,
        timeZone: 'Europe/Paris',
      },
    ]
    expect(readRules({ name: 'out.yaml', text: writeRules(rules) })).toEqual(rules)
  })
})
