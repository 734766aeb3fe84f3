// A person as the API shows it.
import type { UserView } from '@gleaner/model'
import type { Person } from '@gleaner/ports'
import { only } from './only.ts'
import { timeText } from './time-text.ts'

export function userView(
  person: Person,
  { nowMs, warnBeforeMs }: { readonly nowMs: number; readonly warnBeforeMs: number },
): UserView {
  return {
    id: person.id,
    subject: person.subject,
    issuer: person.issuer,
    state: person.active ? 'active' : person.decidedAtMs === undefined ? 'waiting' : 'ended',
    role: person.role,
    projects: [...person.projects],
    serial: person.serial,
    fingerprint: person.fingerprint,
    certificateEndsAt: timeText(person.certificateEndsAtMs),
    expiresSoon: person.certificateEndsAtMs - nowMs < warnBeforeMs,
    firstSeen: timeText(person.firstSeenMs),
    lastSeen: timeText(person.lastSeenMs),
    ...only('decidedAt', person.decidedAtMs === undefined ? undefined : timeText(person.decidedAtMs)),
    ...only('decidedBy', person.decidedBy),
  }
}
