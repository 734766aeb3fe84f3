// What the parts of the binding share: the linker, what `local` means, the source text, and the way to bind a part.
import type { Cursor } from './cursor.ts'
import type { Linker, NumberReader } from './linker.ts'
import type { Ternary } from './ternary.ts'
import type { TypedNode } from './typed-node.ts'

export type BoolReader = (cursor: Cursor) => Ternary
export type TextReader = (cursor: Cursor) => string | undefined
export type TextsReader = (cursor: Cursor) => readonly string[] | undefined

export interface BindScope {
  readonly linker: Linker
  /** What `local` means. */
  readonly zone: string
  /** The text the nodes point into. */
  readonly source: string
  bindBool(node: TypedNode): BoolReader
  bindNumber(node: TypedNode): NumberReader
  bindText(node: TypedNode): TextReader
}
