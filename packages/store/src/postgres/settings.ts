// The settings of the private PostgreSQL, written anew at every start, so that they never differ from the Gleaner that runs
// it. An operator's own go into `local.conf` beside the data directory and win. What they guarantee: no TCP, no entry but
// through the socket directory (mode 0700), every acknowledged write on disk (fsync, full pages, synchronous commit).
import { chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresAccount } from './account.ts'

export const databaseUser = 'gleaner'
export const databaseName = 'gleaner'
export const databasePort = 5432

export interface PostgresSettings {
  readonly dataDirectory: string
  readonly socketDirectory: string
  /** False only for databases that tests throw away. */
  readonly durable: boolean
}

export async function writeSettings(settings: PostgresSettings, account: PostgresAccount): Promise<void> {
  for (const [name, text] of [
    ['postgresql.conf', postgresqlConf(settings)],
    // Whoever may enter the socket directory is Gleaner's own user; nobody else reaches the server at all.
    ['pg_hba.conf', `local all ${databaseUser} trust\n`],
  ] as const) {
    const path = join(settings.dataDirectory, name)
    await writeFile(path, text, { mode: 0o600 })
    if (account.owner !== undefined) await chown(path, account.owner.uid, account.owner.gid)
  }
}

export function postgresqlConf({ socketDirectory, durable }: PostgresSettings): string {
  const values: readonly (readonly [string, string | number])[] = [
    ['listen_addresses', ''],
    ['port', databasePort],
    // The value is a list whose members may be quoted: a comma in the path must not split it.
    ['unix_socket_directories', `"${socketDirectory.replaceAll('"', '""')}"`],
    ['unix_socket_permissions', '0700'],
    ['max_connections', 60],
    ['shared_buffers', '48MB'],
    ['work_mem', '8MB'],
    ['maintenance_work_mem', '64MB'],
    ['min_wal_size', '80MB'],
    ['max_wal_size', '512MB'],
    ['jit', 'off'],
    ['fsync', durable ? 'on' : 'off'],
    ['full_page_writes', durable ? 'on' : 'off'],
    ['synchronous_commit', durable ? 'on' : 'off'],
    ['idle_in_transaction_session_timeout', '60s'],
    // Errors of single statements reach Gleaner, which tells them; the server's log keeps what concerns the server.
    ['log_min_messages', 'log'],
    ['log_min_error_statement', 'panic'],
    ['log_checkpoints', 'off'],
    ['log_timezone', 'UTC'],
    ['timezone', 'UTC'],
    ['lc_messages', 'C'],
  ]
  const lines = values.map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`)
  return `# Written by Gleaner at every start. Put your own settings into local.conf beside this directory.\n${lines.join('\n')}\ninclude_if_exists '../local.conf'\n`
}
