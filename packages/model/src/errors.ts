// The one registry of errors. An error is for what should not happen; an answer ("refused because …") is a verdict. The
// codes stand in errors/, by where they come from. They are never reused; docs/errors.md lists the same codes (a test
// compares them). A layer that knows more adds its own error with the lower one as `cause` and never copies the cause's
// text into its message.
import { accessErrors } from './errors/access.ts'
import { callerErrors } from './errors/callers.ts'
import { cloudErrors } from './errors/clouds.ts'
import type { ErrorEntry, ErrorKind } from './errors/entry.ts'
import { frontErrors } from './errors/front.ts'
import { labErrors } from './errors/lab.ts'
import { measurementErrors } from './errors/measurements.ts'
import { serverErrors } from './errors/server.ts'
import { storeErrors } from './errors/store.ts'

export type { ErrorKind }

export const errorRegistry = {
  ...cloudErrors,
  ...measurementErrors,
  ...storeErrors,
  ...callerErrors,
  ...labErrors,
  ...frontErrors,
  ...accessErrors,
  ...serverErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorRegistry

export interface ErrorOptions {
  readonly cause?: unknown
  /** Instead of the registered one, where that is too general for what has happened. */
  readonly remedy?: string
}

/** The only class of error Gleaner throws on purpose. `facts` fill the placeholders of the registered message. */
export class GleanerError extends Error {
  readonly code: ErrorCode
  readonly facts: Readonly<Record<string, string | number>>
  readonly #remedy: string | undefined

  constructor(code: ErrorCode, facts: Readonly<Record<string, string | number>> = {}, options: ErrorOptions = {}) {
    super(fill(errorRegistry[code].message, facts), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GleanerError'
    this.code = code
    this.facts = facts
    this.#remedy = options.remedy
  }

  get kind(): ErrorKind {
    return errorRegistry[this.code].kind
  }

  get status(): number {
    return errorRegistry[this.code].status
  }

  get remedy(): string {
    return this.#remedy ?? fill(errorRegistry[this.code].remedy, this.facts)
  }

  /** Only what is unavailable may be better the next time. */
  get retryable(): boolean {
    return this.kind === 'unavailable'
  }
}

function fill(template: string, facts: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => String(facts[name] ?? hole))
}

/** True for an error of the registry with one of these codes. */
export function isError(error: unknown, ...codes: readonly ErrorCode[]): error is GleanerError {
  return error instanceof GleanerError && (codes.length === 0 || codes.includes(error.code))
}

/** One sentence for any thrown thing, its causes included where they say something new, for logs and problems. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause === undefined) return error.message
  const cause = describeError(error.cause)
  return error.message.includes(cause) ? error.message : `${error.message} (${cause})`
}
