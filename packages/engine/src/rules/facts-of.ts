// The facts of an explanation: what it is about, and for each deciding clause what was found and what was needed. Their names
// are long texts that are the same from instance to instance, and putting an object together name by name costs more than all
// the rest of an explanation. So the first object of a rule with these names is kept, emptied, and copied for the others.
import type { Facts } from '@gleaner/model'
import type { Clause } from './clause.ts'
import { formatValue } from './describe-node.ts'
import type { UnknownReason } from './unknown-reason.ts'

export interface FactsSubject {
  readonly rule: string
  readonly instance: string
}

/** What of a clause becomes facts. */
type StatedClause = Pick<Clause, 'what' | 'neededKey' | 'value' | 'needed'> & {
  readonly reason: Pick<UnknownReason, 'code'> | undefined
}

type Blank = Record<string, string | number | boolean | null>

/** By the expression: what its explanation last looked like. */
const blanks = new WeakMap<object, { readonly names: readonly string[]; readonly blank: Blank }>()

/** `expression`: the root of it, by which its facts are known again. */
export function factsOf(expression: object, clauses: readonly StatedClause[], subject: FactsSubject): Facts {
  const facts = { ...blankFor(expression, clauses) }
  facts['rule'] = subject.rule
  facts['instance'] = subject.instance
  for (const { neededKey, what, value, needed, reason } of clauses) {
    const shown =
      typeof value === 'number' && Number.isFinite(value) ? value : value === undefined ? null : formatValue(value)
    facts[what] = typeof value === 'string' || typeof value === 'boolean' ? value : shown
    facts[neededKey] = reason === undefined ? needed : reason.code
  }
  return facts
}

function blankFor(expression: object, clauses: readonly StatedClause[]): Blank {
  const known = blanks.get(expression)
  if (known !== undefined && hasNames(known.names, clauses)) return known.blank
  const names = clauses.flatMap(({ what, neededKey }) => [what, neededKey])
  const blank: Blank = { rule: null, instance: null }
  for (const name of names) blank[name] = null
  blanks.set(expression, { names, blank })
  return blank
}

function hasNames(names: readonly string[], clauses: readonly StatedClause[]): boolean {
  if (names.length !== 2 * clauses.length) return false
  for (let nth = 0; nth < clauses.length; nth++) {
    const { what, neededKey } = clauses[nth] as StatedClause
    if (names[2 * nth] !== what || names[2 * nth + 1] !== neededKey) return false
  }
  return true
}
