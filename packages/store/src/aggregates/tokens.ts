// API tokens. Only the digest of a secret is stored; whoever reads the database cannot use what is found there.
import { GleanerError } from '@gleaner/model'
import type { StoredToken, TokenStore } from '@gleaner/ports'
import type { Selectable } from 'kysely'
import type { Database } from '../database/database.ts'
import { violatedConstraint } from '../database/store-fault.ts'
import type { TokenTable } from '../database/tables/people.ts'
import { newId } from '../ids/new-id.ts'

export function tokens(database: Database): TokenStore {
  return {
    list: () =>
      database.read(async (queries) =>
        (await queries.selectFrom('token').selectAll().orderBy('name').execute()).map(toToken),
      ),
    create: (token, sha256) =>
      database.write(async (queries) => {
        const row = await queries
          .insertInto('token')
          .values({
            id: newId('tok', token.createdAtMs),
            name: token.name,
            sha256: Buffer.from(sha256),
            role: token.role,
            projects: [...token.projects],
            created_at_ms: token.createdAtMs,
            created_by: token.createdBy,
            expires_at_ms: token.expiresAtMs ?? null,
            last_used_at_ms: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
          .catch((error: unknown) => {
            if (violatedConstraint(error) !== 'token_name_key') throw error
            throw new GleanerError(
              'conflict',
              { detail: `There is a token "${token.name}" already.` },
              { cause: error, remedy: 'Take another name, or revoke the other one first.' },
            )
          })
        return toToken(row)
      }),
    findByHash: (sha256) =>
      database.read(async (queries) => {
        const row = await queries
          .selectFrom('token')
          .selectAll()
          .where('sha256', '=', Buffer.from(sha256))
          .executeTakeFirst()
        return row === undefined ? undefined : toToken(row)
      }),
    touch: (id, nowMs) =>
      database.write(async (queries) => {
        await queries.updateTable('token').set({ last_used_at_ms: nowMs }).where('id', '=', id).execute()
      }),
    remove: (id) =>
      database.write(async (queries) => {
        const gone = await queries.deleteFrom('token').where('id', '=', id).returning('id').executeTakeFirst()
        if (gone === undefined) throw new GleanerError('not-found', { object: `token ${id}` })
      }),
  }
}

function toToken(row: Selectable<TokenTable>): StoredToken {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    projects: row.projects,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    expiresAtMs: row.expires_at_ms ?? undefined,
    lastUsedAtMs: row.last_used_at_ms ?? undefined,
  }
}
