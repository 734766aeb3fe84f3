import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { compileSchedule } from './schedule.ts'
import { ruleFaultCodes } from './rule-fault.ts'
import { languageTables } from './testing/language-tables.ts'
import { unknownCodes } from './unknown-reason.ts'

const page = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8')

it('the tables of the reference page are those of the code', () => {
  for (const [name, table] of Object.entries(languageTables())) {
    const section = page.split(`<!-- ${name} -->`)[1]?.split('<!-- end -->')[0]?.trim()
    expect(section, `the table "${name}"`).toBe(table)
  }
})

it('every example of an expression on the page is accepted', () => {
  const examples = [...page.matchAll(/```cel\n([^]*?)```/g)].map(([, text]) => text ?? '')
  expect(examples.length).toBeGreaterThan(5)
  for (const example of examples) expect(checkExpression(example), example).toMatchObject({ ok: true })
})

it('every fault shown on the page is what the checker says', () => {
  const shown = [...page.matchAll(/^\| `(.+?)` \| (.+?\(column \d+\)\..*?) \|$/gm)]
  expect(shown.length).toBeGreaterThan(5)
  for (const [, text, said] of shown) {
    const result = checkExpression((text ?? '').replaceAll('\\|', '|'))
    const fault = result.ok ? undefined : result.faults[0]
    expect(`${fault?.message}.${fault?.hint === undefined ? '' : ` ${fault.hint}`}`).toBe(said)
  }
})

it('every rule in YAML on the page has a good expression and schedule', () => {
  const rules = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text ?? '')
  expect(rules.length).toBeGreaterThan(1)
  const value = (text: string, key: string) => new RegExp(`${key}: (.+)`).exec(text)?.[1]?.replace(/^"(.*)"$/, '$1')
  for (const text of rules) {
    const block = /expression: \|\n((?: {6,}.*\n)+)/.exec(text)?.[1] ?? value(text, 'expression') ?? ''
    expect(checkExpression(block), block).toMatchObject({ ok: true })
    const [cron, duration, timeZone] = ['cron', 'duration', 'timeZone'].map((key) => value(text, key))
    if (cron !== undefined && duration !== undefined && timeZone !== undefined)
      expect(compileSchedule({ cron, duration, timeZone })).toHaveProperty('activeSpan')
  }
})

it('every code is on the page', () => {
  for (const code of [...Object.keys(ruleFaultCodes), ...Object.keys(unknownCodes)])
    expect(page).toContain(`\`${code}\``)
})
