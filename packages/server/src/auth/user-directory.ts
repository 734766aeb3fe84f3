// Finds the person of a client certificate, and records who was never seen. The store is asked at every request, so that ending
// an access counts at once; the visit is noted at most once a minute. How many are recorded from one address in a while is
// limited, and how many may wait altogether.
import { GleanerError } from '@gleaner/model'
import type { Clock, Person, PersonStore } from '@gleaner/ports'
import type { ClientCertificate } from './certificates/client-certificate.ts'
import { FailureLimiter } from './failure-limiter.ts'

export const mostWaiting = 500
const touchEveryMs = 60_000
const mostTouched = 10_000

export interface UserDirectoryParts {
  readonly people: PersonStore
  /** Real time. */
  readonly clock: Clock
  /** Somebody was recorded. */
  readonly onFirst: (person: Person, from: string) => Promise<void>
  readonly onTouchFailure: (error: unknown) => void
}

export class UserDirectory {
  readonly #parts: UserDirectoryParts
  readonly #touchedAtMs = new Map<string, number>()
  readonly #recording = new FailureLimiter({ burst: 50, refillMs: 10_000, maxPeers: 10_000 })

  constructor(parts: UserDirectoryParts) {
    this.#parts = parts
  }

  /** `too-many-waiting` when it would have to be recorded and cannot be. */
  async find(certificate: ClientCertificate, from: string): Promise<Person> {
    const { people, clock } = this.#parts
    const nowMs = clock.nowMs()
    const known = await people.find(certificate.issuer, certificate.subject)
    if (known !== undefined) {
      this.#touch(certificate, nowMs)
      return known
    }
    if (!this.#recording.allows(from, nowMs)) throw new GleanerError('too-many-attempts', { peer: from })
    this.#recording.failed(from, nowMs)
    const seen = await people.seen(asSeen(certificate, nowMs), mostWaiting)
    if (seen === undefined) throw new GleanerError('too-many-waiting', { count: mostWaiting })
    if (seen.first) await this.#parts.onFirst(seen.person, from)
    return seen.person
  }

  /** Lets no request wait for it. */
  #touch(certificate: ClientCertificate, nowMs: number): void {
    const lastMs = this.#touchedAtMs.get(certificate.fingerprint) ?? Number.NEGATIVE_INFINITY
    if (nowMs - lastMs < touchEveryMs) return
    this.#touchedAtMs.delete(certificate.fingerprint)
    this.#touchedAtMs.set(certificate.fingerprint, nowMs)
    if (this.#touchedAtMs.size > mostTouched) {
      const oldest = this.#touchedAtMs.keys().next().value
      if (oldest !== undefined) this.#touchedAtMs.delete(oldest)
    }
    // Only who is known already: somebody just removed must not come back by being noted.
    this.#parts.people.seen(asSeen(certificate, nowMs), 0).catch(this.#parts.onTouchFailure)
  }
}

function asSeen({ issuer, subject, serial, fingerprint, notAfterMs }: ClientCertificate, nowMs: number) {
  return { issuer, subject, serial, fingerprint, certificateEndsAtMs: notAfterMs, lastSeenMs: nowMs }
}
