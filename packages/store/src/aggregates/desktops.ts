// Desktops: join tokens (their digests), public keys, what agents said. A token is used up in the transaction that registers the key;
// a beat is written only where the sequence before it still stands, so the same one never counts twice, on whatever replica.
import {
  cloudId,
  type Desktop,
  type DesktopWord,
  GleanerError,
  type HeardReport,
  type LendingPhase,
  type Verdict,
} from '@gleaner/model'
import type { DesktopStore } from '@gleaner/ports'
import { type Selectable, sql } from 'kysely'
import type { Database } from '../database/database.ts'
import type { DesktopTable } from '../database/tables/desktops.ts'
import { toJson } from '../database/to-json.ts'
import { newId } from '../ids/new-id.ts'

/** Half of the numbers there are; as milliseconds a hundred thousand years away. */
const noClock = 2 ** 52

export function desktops(database: Database): DesktopStore {
  return {
    list: () =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('desktop').selectAll().orderBy('host_name').orderBy('id').execute()
        return rows.map(toDesktop)
      }),
    find: (idOrHost) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('desktop')
          .selectAll()
          .where((where) => where.or([where('id', '=', idOrHost), where('host_name', '=', idOrHost)]))
          .limit(2)
          .execute()
        const [row] = rows
        return row === undefined || rows.length > 1 ? undefined : toDesktop(row)
      }),
    keysOf: (id) =>
      database.read(async (queries) => {
        const row = await queries.selectFrom('desktop').selectAll().where('id', '=', id).executeTakeFirst()
        if (row === undefined) return undefined
        return { desktop: toDesktop(row), key: row.public_key ?? undefined, nextKey: row.next_key ?? undefined }
      }),
    createJoinToken: (grant, sha256) =>
      database.write(async (queries) => {
        const id = newId('jtk', grant.createdAtMs)
        await queries
          .insertInto('join_token')
          .values({
            id,
            sha256: Buffer.from(sha256),
            host_name: grant.hostName,
            cloud_id: grant.cloudId ?? null,
            pool: grant.pool,
            lends: grant.lends,
            created_at_ms: grant.createdAtMs,
            created_by: grant.createdBy,
            expires_at_ms: grant.expiresAtMs,
            used_at_ms: null,
          })
          .execute()
        return { ...grant, id }
      }),
    join: (sha256, { key, keyUntilMs, realMs, nowMs }) =>
      database.write(async (queries) => {
        const grant = await queries
          .updateTable('join_token')
          .set({ used_at_ms: realMs })
          .where('sha256', '=', Buffer.from(sha256))
          .where('used_at_ms', 'is', null)
          .where('expires_at_ms', '>', realMs)
          .returningAll()
          .executeTakeFirst()
        if (grant === undefined) return undefined
        const anew = {
          pool: grant.pool,
          lends: grant.lends,
          reports: null,
          joined_at_ms: nowMs,
          public_key: Buffer.from(key),
          next_key: null,
          key_until_ms: keyUntilMs,
          revoked_at_ms: null,
          revoked_by: null,
          sequence: 0,
        }
        const row = await queries
          .insertInto('desktop')
          .values({
            ...emptyRow,
            ...anew,
            id: newId('dsk', nowMs),
            host_name: grant.host_name,
            cloud_id: grant.cloud_id,
          })
          .onConflict((conflict) =>
            conflict.expression(sql`host_name, (coalesce(cloud_id, ''))`).doUpdateSet({
              ...anew,
              // What no clock gives was made up to shut the desktop out for good: there would be no number above it.
              changes_taken: sql<number>`case when desktop.changes_taken < ${noClock} then desktop.changes_taken else 0 end`,
            }),
          )
          .returningAll()
          .executeTakeFirstOrThrow()
        return toDesktop(row)
      }),
    appear: ({ hostName, cloudId: cloud, pool, nowMs }) =>
      database.write(async (queries) => {
        await queries
          .insertInto('desktop')
          .values({
            ...emptyRow,
            id: newId('dsk', nowMs),
            host_name: hostName,
            cloud_id: cloud,
            pool,
            joined_at_ms: nowMs,
          })
          .onConflict((conflict) => conflict.expression(sql`host_name, (coalesce(cloud_id, ''))`).doNothing())
          .execute()
        const row = await queries
          .selectFrom('desktop')
          .selectAll()
          .where('host_name', '=', hostName)
          .where('cloud_id', '=', cloud)
          .executeTakeFirstOrThrow()
        return toDesktop(row)
      }),
    beat: (before, { desktop, changes, keys, reports }) =>
      database.write(async (queries) => {
        const { numUpdatedRows } = await queries
          .updateTable('desktop')
          .set({
            sequence: desktop.sequence,
            last_beat_ms: desktop.lastBeatMs ?? null,
            word: desktop.word === undefined ? null : toJson(desktop.word),
            phase_since_ms: desktop.phaseSinceMs ?? null,
            lent_ms: desktop.lentMs,
            interruptions: desktop.interruptions,
            lost_changes: desktop.lostChanges,
            changes_taken: desktop.changesTaken,
            reports: reports === undefined || reports.length === 0 ? null : toJson(reports),
            ...(keys === undefined
              ? {}
              : {
                  public_key: Buffer.from(keys.key),
                  next_key: keys.nextKey === undefined ? null : Buffer.from(keys.nextKey),
                  key_until_ms: keys.keyUntilMs,
                }),
          })
          .where('id', '=', desktop.id)
          .where('sequence', '=', before)
          .where('joined_at_ms', '=', desktop.joinedAtMs)
          .where('revoked_at_ms', 'is', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) return false
        if (changes.length > 0)
          await queries
            .insertInto('desktop_phase')
            .values(
              changes.map(({ atMs, phase, verdict }) => ({
                desktop_id: desktop.id,
                at_ms: atMs,
                phase,
                verdict: toJson(verdict),
              })),
            )
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        return true
      }),
    reports: (nowMs) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('desktop')
          .selectAll()
          .where('reports', 'is not', null)
          .where('revoked_at_ms', 'is', null)
          .execute()
        return rows.flatMap((row) => {
          const reports = (row.reports as readonly HeardReport[]).filter(({ freshUntilMs }) => nowMs < freshUntilMs)
          return reports.length === 0 ? [] : [{ desktop: toDesktop(row), reports }]
        })
      }),
    revoke: (id, by, nowMs) =>
      database.write(async (queries) => {
        const row = await queries
          .updateTable('desktop')
          .set({
            revoked_at_ms: sql<number>`coalesce(revoked_at_ms, ${nowMs})`,
            revoked_by: sql<string>`coalesce(revoked_by, ${by})`,
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) throw new GleanerError('not-found', { object: `desktop ${id}` })
        return toDesktop(row)
      }),
    phases: (id, { sinceMs, limit }) =>
      database.read(async (queries) => {
        const rows = await queries
          .selectFrom('desktop_phase')
          .selectAll()
          .where('desktop_id', '=', id)
          .where('at_ms', '>=', sinceMs)
          .orderBy('at_ms', 'desc')
          .limit(limit)
          .execute()
        return rows.map(({ at_ms, phase, verdict }) => ({
          atMs: at_ms,
          phase: phase as LendingPhase,
          verdict: verdict as Verdict,
        }))
      }),
  }
}

const emptyRow = {
  public_key: null,
  next_key: null,
  key_until_ms: null,
  revoked_at_ms: null,
  revoked_by: null,
  sequence: 0,
  last_beat_ms: null,
  word: null,
  phase_since_ms: null,
  lent_ms: 0,
  interruptions: 0,
  lost_changes: 0,
  changes_taken: 0,
  lends: true,
  reports: null,
} as const

function toDesktop(row: Selectable<DesktopTable>): Desktop {
  return {
    id: row.id,
    hostName: row.host_name,
    cloudId: row.cloud_id === null ? undefined : cloudId(row.cloud_id),
    pool: row.pool,
    lends: row.lends,
    joinedAtMs: row.joined_at_ms,
    keyUntilMs: row.key_until_ms ?? undefined,
    revokedAtMs: row.revoked_at_ms ?? undefined,
    revokedBy: row.revoked_by ?? undefined,
    sequence: row.sequence,
    lastBeatMs: row.last_beat_ms ?? undefined,
    word: row.word === null ? undefined : (row.word as DesktopWord),
    phaseSinceMs: row.phase_since_ms ?? undefined,
    lentMs: row.lent_ms,
    interruptions: row.interruptions,
    lostChanges: row.lost_changes,
    changesTaken: row.changes_taken,
  }
}
