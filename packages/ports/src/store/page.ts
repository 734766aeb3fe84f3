// A page of a longer list.

export interface Page<T> {
  readonly items: readonly T[]
  /** Total of all that match, not only of this page. */
  readonly total: number
}
