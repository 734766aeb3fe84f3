// The value of any part of an expression for the instance under a cursor, for explanations. Slower than the closures of
// a program (it binds each part by itself), with the same results: both come from the same binding.
import type { BindScope } from './bind-scope.ts'
import { bindTexts } from './bind-text.ts'
import type { Cursor } from './cursor.ts'
import { isTrue, isUnknown } from './ternary.ts'
import type { TypedNode } from './typed-node.ts'

/** Undefined is unknown. */
export type NodeValue = number | string | boolean | readonly (string | number)[] | undefined

export function bindValue(scope: BindScope, node: TypedNode): (cursor: Cursor) => NodeValue {
  switch (node.type) {
    case 'bool': {
      const read = scope.bindBool(node)
      return (cursor) => {
        const value = read(cursor)
        return value === isUnknown ? undefined : value === isTrue
      }
    }
    case 'number':
    case 'timestamp': {
      const read = scope.bindNumber(node)
      return (cursor) => {
        const value = read(cursor)
        return Number.isNaN(value) ? undefined : value
      }
    }
    case 'text':
      return scope.bindText(node)
    default: {
      if (node.op === 'constant') {
        const list = node.value as readonly (string | number)[]
        return () => list
      }
      return bindTexts(node)
    }
  }
}
