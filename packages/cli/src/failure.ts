// What a person reads when a command failed: what failed and why, then what to do. Never a code alone, never a stack trace
// unless it was asked for. With --json the same as one JSON object.
import { ApiError } from '@gleaner/client'
import { GleanerError, describeError } from '@gleaner/model'
import { printable } from './format/printable.ts'

export interface Failure {
  readonly text: string
  /** Exit code. */
  readonly code: 1 | 2 | 3
}

/** Thrown when the words of a command make no sense together. */
export class UsageError extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.name = 'UsageError'
    this.remedy = remedy
  }
}

export function failureText(error: unknown, how: { readonly json: boolean; readonly debug: boolean }): Failure {
  const { message, remedy, code, exit, faults } = read(error)
  if (how.json) {
    const shown = { error: { code, detail: message, remedy, ...(faults.length > 0 ? { faults } : {}) } }
    return { text: `${JSON.stringify(shown)}\n`, code: exit }
  }
  const stack = how.debug && error instanceof Error ? `\n${stackOf(error)}` : ''
  return {
    text: `gleaner: ${printable(message)}${remedy === '' ? '' : `\n${printable(remedy)}`}${stack}\n`,
    code: exit,
  }
}

interface Read {
  readonly message: string
  readonly remedy: string
  readonly code: string
  readonly exit: Failure['code']
  readonly faults: readonly unknown[]
}

function read(error: unknown): Read {
  if (error instanceof ApiError) {
    const exit = error.code === 'server-unreachable' ? 3 : 1
    return { message: error.detail, remedy: error.remedy, code: error.code, exit, faults: error.faults }
  }
  if (error instanceof UsageError)
    return { message: error.message, remedy: error.remedy, code: 'usage', exit: 2, faults: [] }
  if (error instanceof GleanerError) {
    // What was asked and refused ends with 1; what could not be asked, because a file makes no sense or is not there, with 2.
    const exit = error.code === 'placement-invalid' || error.code === 'file-unreadable' ? 2 : 1
    return { message: describeError(error), remedy: error.remedy, code: error.code, exit, faults: [] }
  }
  return {
    message: describeError(error),
    remedy: 'Run it again with --debug to see where it happened.',
    code: 'internal',
    exit: 1,
    faults: [],
  }
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
