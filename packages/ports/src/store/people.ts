// People who come with a client certificate. Part of the Store port; its contract holds.
import type { Role } from '@gleaner/model'

/** Who logs in with a client certificate. */
export interface Person {
  readonly id: string
  /** Both as RFC 4514 writes names. */
  readonly issuer: string
  readonly subject: string
  /** False until an administrator has activated the person, and after one has ended that. */
  readonly active: boolean
  readonly role: Role
  readonly projects: readonly string[]
  /** Of the certificate that was seen last. */
  readonly serial: string
  readonly fingerprint: string
  readonly certificateEndsAtMs: number
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** When and by whom it was last decided what the person may do; undefined while that waits. */
  readonly decidedAtMs: number | undefined
  readonly decidedBy: string | undefined
}

export type SeenCertificate = Pick<
  Person,
  'issuer' | 'subject' | 'serial' | 'fingerprint' | 'certificateEndsAtMs' | 'lastSeenMs'
>

export interface PersonStore {
  /** Those who wait first, then by subject. */
  list(): Promise<readonly Person[]>
  find(issuer: string, subject: string): Promise<Person | undefined>
  /**
   * Notes a visit; who was never seen is recorded as inactive, with `first` true. Undefined when so many wait already that
   * nobody more is recorded.
   */
  seen(
    certificate: SeenCertificate,
    mostWaiting: number,
  ): Promise<{ readonly person: Person; readonly first: boolean } | undefined>
  /** `not-found` for an id that is not known. */
  decide(
    id: string,
    what: Pick<Person, 'active' | 'role' | 'projects'>,
    who: { readonly by: string; readonly nowMs: number },
  ): Promise<Person>
  remove(id: string): Promise<void>
}
