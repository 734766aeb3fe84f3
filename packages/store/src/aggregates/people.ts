// People who log in with a client certificate. A first visit makes a row that may do nothing; how many such rows wait is
// bounded, since whoever has a certificate of the authority can make one.
import { GleanerError } from '@gleaner/model'
import type { Person, PersonStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import type { PersonTable } from '../database/tables/people.ts'
import { newId } from '../ids/new-id.ts'

export function people(database: Database): PersonStore {
  return {
    list: () =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('person')
          .selectAll()
          .orderBy(sql`decided_at_ms is not null`)
          .orderBy('subject')
          .orderBy('issuer')
          .execute()
        return rows.map(toPerson)
      }),
    find: (issuer, subject) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('person')
          .selectAll()
          .where('issuer', '=', issuer)
          .where('subject', '=', subject)
          .executeTakeFirst()
        return row === undefined ? undefined : toPerson(row)
      }),
    seen: (certificate, mostWaiting) =>
      database.write(async (queries) => {
        const newest = {
          serial: certificate.serial,
          fingerprint: certificate.fingerprint,
          certificate_ends_at_ms: certificate.certificateEndsAtMs,
          last_seen_ms: certificate.lastSeenMs,
        }
        const known = await queries
          .updateTable('person')
          .set(newest)
          .where('issuer', '=', certificate.issuer)
          .where('subject', '=', certificate.subject)
          .returningAll()
          .executeTakeFirst()
        if (known !== undefined) return { person: toPerson(known), first: false }
        const { waiting } = await queries
          .selectFrom('person')
          .select((select) => select.fn.countAll<number>().as('waiting'))
          .where('decided_at_ms', 'is', null)
          .executeTakeFirstOrThrow()
        if (waiting >= mostWaiting) return undefined
        const made = await queries
          .insertInto('person')
          .values({
            id: newId('usr', certificate.lastSeenMs),
            issuer: certificate.issuer,
            subject: certificate.subject,
            active: false,
            role: 'viewer',
            projects: [],
            ...newest,
            first_seen_ms: certificate.lastSeenMs,
            decided_at_ms: null,
            decided_by: null,
          })
          .onConflict((conflict) => conflict.constraint('person_identity_key').doUpdateSet(newest))
          .returningAll()
          .executeTakeFirstOrThrow()
        return { person: toPerson(made), first: true }
      }),
    decide: (id, { active, role, projects }, { by, nowMs }) =>
      database.write(async (queries) => {
        const row = await queries
          .updateTable('person')
          .set({ active, role, projects: [...projects], decided_at_ms: nowMs, decided_by: by })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) throw new GleanerError('not-found', { object: `The user ${id}` })
        return toPerson(row)
      }),
    remove: (id) =>
      database.write(async (queries) => {
        const gone = await queries.deleteFrom('person').where('id', '=', id).returning('id').executeTakeFirst()
        if (gone === undefined) throw new GleanerError('not-found', { object: `The user ${id}` })
      }),
  }
}

function toPerson(row: Selectable<PersonTable>): Person {
  return {
    id: row.id,
    issuer: row.issuer,
    subject: row.subject,
    active: row.active,
    role: row.role,
    projects: row.projects,
    serial: row.serial,
    fingerprint: row.fingerprint,
    certificateEndsAtMs: row.certificate_ends_at_ms,
    firstSeenMs: row.first_seen_ms,
    lastSeenMs: row.last_seen_ms,
    decidedAtMs: row.decided_at_ms ?? undefined,
    decidedBy: row.decided_by ?? undefined,
  }
}
