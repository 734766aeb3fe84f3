// Where every part of the server reports what went wrong. A problem is one row per code and subject; it is resolved when
// its cause has gone. While the store cannot be reached the reports wait in memory (the latest per problem) and are
// written when it is back: the outage of the store is itself one of them.
import { GleanerError, type Problem, type ProblemReport, type Severity, describeError } from '@gleaner/model'
import type { Clock, Store } from '@gleaner/ports'
import type { Logger } from 'pino'
import type { EventHub } from '../events/hub.ts'

interface Waiting {
  readonly report: ProblemReport
  readonly atMs: number
}

export class ProblemReporter {
  readonly #parts: { readonly store: Store; readonly clock: Clock; readonly log: Logger; readonly hub: EventHub }
  readonly #waiting = new Map<string, Waiting>()
  /** Open problems known to this process, so that resolving what was never reported costs nothing. */
  readonly #open = new Set<string>()

  constructor(parts: { readonly store: Store; readonly clock: Clock; readonly log: Logger; readonly hub: EventHub }) {
    this.#parts = parts
  }

  /** What was open before this process started counts as open, so that it can be resolved. */
  async remember(): Promise<void> {
    for (const problem of await this.#parts.store.problems.list({ includeClosed: false }))
      this.#open.add(keyOf(problem))
  }

  async report(report: ProblemReport): Promise<void> {
    const { store, clock, log, hub } = this.#parts
    const key = keyOf(report)
    const atMs = clock.nowMs()
    if (!this.#open.has(key)) log.warn({ code: report.code, subject: report.subject }, report.sentence)
    this.#open.add(key)
    try {
      const problem = await store.problems.report(report, atMs)
      this.#waiting.delete(key)
      hub.tell('problem', problem)
    } catch (error) {
      this.#waiting.set(key, { report, atMs })
      log.debug({ err: error }, 'a problem waits for the store')
    }
  }

  /** Reports an error under the code and remedy of the registry. */
  async reportError(subject: string, error: unknown, severity: Severity = 'error'): Promise<void> {
    const known = error instanceof GleanerError
    await this.report({
      code: known ? error.code : 'internal',
      severity,
      subject,
      sentence: describeError(error),
      remedy: known ? error.remedy : 'See the log for the cause.',
    })
  }

  /** Whatever is open under this code. */
  openSubjects(code: string): readonly string[] {
    return [...this.#open].flatMap((key) => {
      const [of, subject = ''] = key.split('\n')
      return of === code ? [subject] : []
    })
  }

  /** All is well with this subject: whatever was open for it, but for the codes to keep, is resolved. */
  async settle(subject: string, keep: readonly string[] = []): Promise<void> {
    for (const key of this.#open) {
      const [code, about] = key.split('\n')
      if (about === subject && code !== undefined && !keep.includes(code)) await this.resolve(subject, code)
    }
  }

  /** The cause of this problem has gone. Costs nothing when it is not open. */
  async resolve(subject: string, code: string): Promise<void> {
    const key = keyOf({ code, subject })
    if (!this.#open.has(key)) return
    const waiting = this.#waiting.get(key)
    try {
      // What could not be written while it lasted is written now: that it happened must be known.
      if (waiting !== undefined) await this.#parts.store.problems.report(waiting.report, waiting.atMs)
      this.#waiting.delete(key)
      await this.#parts.store.problems.resolve(code, subject, this.#parts.clock.nowMs())
      this.#open.delete(key)
      this.#parts.hub.tell('problem')
    } catch {
      // stays open until a later call can write it
    }
  }

  /** Writes what had to wait while the store was away. */
  async flush(): Promise<void> {
    for (const { report, atMs } of this.#waiting.values()) {
      await this.#parts.store.problems.report(report, atMs)
      this.#waiting.delete(keyOf(report))
    }
  }
}

function keyOf(problem: Pick<Problem, 'code' | 'subject'>): string {
  return `${problem.code}\n${problem.subject}`
}
