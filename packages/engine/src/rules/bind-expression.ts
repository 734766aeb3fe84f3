// Checked tree to closures over a cursor. Guarantees: no exception, no allocation but for joined or re-cased texts, a
// bounded number of steps; unknown where data are missing. Expressions bound with one linker share their questions.
import { bindBool } from './bind-bool.ts'
import { bindNumber } from './bind-number.ts'
import type { BindScope, BoolReader } from './bind-scope.ts'
import { bindText } from './bind-text.ts'
import type { CheckedExpression } from './check-expression.ts'
import type { Linker } from './linker.ts'

export function bindScope(expression: CheckedExpression, linker: Linker, zone: string): BindScope {
  const scope: BindScope = {
    linker,
    zone,
    source: expression.text,
    bindBool: (node) => bindBool(scope, node),
    bindNumber: (node) => bindNumber(scope, node),
    bindText: (node) => bindText(scope, node),
  }
  return scope
}

export function bindExpression(expression: CheckedExpression, linker: Linker, zone: string): BoolReader {
  return bindScope(expression, linker, zone).bindBool(expression.root)
}
