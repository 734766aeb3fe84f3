// Makes a new data directory, whole or not at all: initdb works under another name that is renamed when it has ended well,
// so that a start that was cut short leaves nothing that looks like a database. Text sorts by bytes (locale C), which no
// upgrade of the system's libraries can change under an index; pages carry checksums.
import { chown, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import type { PostgresAccount } from './account.ts'
import { runCommand } from './run-command.ts'
import { databaseUser } from './settings.ts'

const initTimeoutMs = 300_000

/** The major version the directory was made by; undefined when there is no database in it. */
export async function dataMajor(dataDirectory: string): Promise<number | undefined> {
  const text = await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(() => '')
  return /^\d+/.test(text) ? Number.parseInt(text, 10) : undefined
}

export async function dataOwner(dataDirectory: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await stat(dataDirectory).catch(() => undefined)
  return found === undefined ? undefined : { uid: found.uid, gid: found.gid }
}

export async function initialise(dataDirectory: string, programs: string, account: PostgresAccount): Promise<void> {
  const fresh = `${dataDirectory}.new`
  await rm(fresh, { recursive: true, force: true })
  const args = ['-D', fresh, '-U', databaseUser, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--data-checksums']
  const { status, output } = await runCommand(account.wrap({ file: join(programs, 'initdb'), args }), initTimeoutMs)
  if (status !== 0) {
    await rm(fresh, { recursive: true, force: true })
    if (/No space left on device/.test(output)) throw new GleanerError('store-full')
    throw new GleanerError('store-start-failed', { detail: `initdb: ${lastLine(output)}` })
  }
  await rename(fresh, dataDirectory)
}

/** Gives an existing data directory to the account, when it was made as another. Only root can and needs to. */
export async function handOver(dataDirectory: string, account: PostgresAccount): Promise<void> {
  const owner = await dataOwner(dataDirectory)
  if (account.owner === undefined || owner === undefined || owner.uid === account.owner.uid) return
  await chown(dataDirectory, account.owner.uid, account.owner.gid)
  const target = `${account.owner.uid}:${account.owner.gid}`
  const { status, output } = await runCommand({ file: 'chown', args: ['-R', target, dataDirectory] }, initTimeoutMs)
  if (status !== 0) throw new GleanerError('store-start-failed', { detail: `chown: ${lastLine(output)}` })
}

function lastLine(output: string): string {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? ''
}
