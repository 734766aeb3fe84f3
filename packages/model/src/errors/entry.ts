// What the registry says of an error.

/** The six kinds into which every driver translates the faults of its cloud. */
export type ErrorKind = 'not-found' | 'conflict' | 'refused' | 'capacity' | 'unavailable' | 'broken'

export interface ErrorEntry {
  readonly kind: ErrorKind
  /** HTTP status of the API's answer. */
  readonly status: number
  /** `{name}` is replaced by the fact of that name. */
  readonly message: string
  readonly remedy: string
}

export function entry(answer: Pick<ErrorEntry, 'kind' | 'status'>, message: string, remedy: string): ErrorEntry {
  return { ...answer, message, remedy }
}
