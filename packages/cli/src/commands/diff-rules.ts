// What stands between the rules a server has and those a file wants.
import type { RuleDefinition, RuleView } from '@gleaner/model'

export interface ChangedRule {
  readonly before: RuleView
  readonly after: RuleDefinition
  /** Keys that differ. */
  readonly keys: readonly (keyof RuleDefinition)[]
}

export interface RuleDifference {
  readonly created: readonly RuleDefinition[]
  readonly changed: readonly ChangedRule[]
  /** On the server and not in the file. */
  readonly absent: readonly RuleView[]
  readonly same: number
}

/** Rules are the same by name. Those of the server's configuration file are left out. */
export function diffRules(present: readonly RuleView[], wanted: readonly RuleDefinition[]): RuleDifference {
  const known = new Map(present.map((rule) => [rule.definition.name, rule]))
  const created: RuleDefinition[] = []
  const changed: ChangedRule[] = []
  let same = 0
  for (const after of wanted) {
    const before = known.get(after.name)
    if (before === undefined) created.push(after)
    else {
      const keys = differing(before.definition, after)
      if (keys.length === 0) same++
      else changed.push({ before, after, keys })
    }
  }
  const names = new Set(wanted.map(({ name }) => name))
  const absent = present.filter(({ source, definition }) => source === 'api' && !names.has(definition.name))
  return { created, changed, absent, same }
}

function differing(before: RuleDefinition, after: RuleDefinition): (keyof RuleDefinition)[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof RuleDefinition>
  return [...keys].filter((key) => canonical(before[key]) !== canonical(after[key]))
}

/** Equal for values that mean the same, whatever the order of their keys. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  )
}
