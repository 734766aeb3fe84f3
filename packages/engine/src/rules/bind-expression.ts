// Checked tree to closures over a cursor. Guarantees: no exception, no allocation but for joined or re-cased texts, a
// bounded number of steps; unknown where data are missing. Expressions bound with one linker share their questions.
import { type BoolReader, bindBool } from './bind-bool.ts'
import type { CheckedExpression } from './check-expression.ts'
import type { Linker } from './linker.ts'

export interface BindScope {
  readonly linker: Linker
  /** What `local` means. */
  readonly zone: string
  readonly text: string
}

export function bindExpression(expression: CheckedExpression, linker: Linker, zone: string): BoolReader {
  return bindBool({ linker, zone, text: expression.text }, expression.root)
}
