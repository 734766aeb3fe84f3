// Rules as a file to be kept under version control: keys in the order in which people read them, what is default left out.
import { RuleDefinition } from '@gleaner/model'
import { stringify } from 'yaml'

const order = Object.keys(RuleDefinition.properties) as (keyof RuleDefinition)[]
const defaults: Readonly<Partial<Record<keyof RuleDefinition, unknown>>> = Object.fromEntries(
  Object.entries(RuleDefinition.properties).flatMap(([key, schema]) =>
    'default' in schema ? [[key, schema.default]] : [],
  ),
)

/** YAML that `readRules` reads back to the same rules. */
export function writeRules(rules: readonly RuleDefinition[]): string {
  const kept = rules.map((rule) =>
    Object.fromEntries(
      order.flatMap((key) => (rule[key] === undefined || isDefault(rule, key) ? [] : [[key, rule[key]]])),
    ),
  )
  return stringify({ rules: kept }, { lineWidth: 120 })
}

const isDefault = (rule: RuleDefinition, key: keyof RuleDefinition) =>
  key === 'covers' ? Object.keys(rule.covers).length === 0 : rule[key] === defaults[key]
