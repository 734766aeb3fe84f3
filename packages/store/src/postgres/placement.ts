// Decides where the private PostgreSQL keeps its data, its programs and its sockets, such that the account it runs as can
// reach them. Data: `postgres/data` in the state directory. Only where the account cannot enter that (another user's
// home under sudo, root's home without user namespaces) a new database goes below /var/lib instead, and the file
// `postgres/data-directory` says where; a database that exists stays where it is. Programs of the npm package that the
// account cannot load are copied beside the data. Sockets: `postgres/run` when its path is short enough, else a private
// directory (mode 0700) whose name `postgres/socket-directory` remembers.
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import type { PostgresAccount } from './account.ts'
import { copyPackage } from './embedded-package.ts'
import type { Programs } from './programs.ts'
import { runCommand } from './run-command.ts'
import { maxSocketPathBytes } from './socket-path.ts'
import { unusableDirectory } from './unusable-directory.ts'

const probeTimeoutMs = 20_000
const longestSocketName = '.s.PGSQL.5432'.length
const systemBase = '/var/lib'

/** The folder of everything that concerns the private PostgreSQL, below the state directory. */
function postgresFolder(stateDirectory: string): string {
  return join(stateDirectory, 'postgres')
}

/** Where the data are or will be, as far as it was decided before. */
export async function rememberedDataDirectory(stateDirectory: string): Promise<string> {
  const folder = postgresFolder(stateDirectory)
  const elsewhere = await readFile(join(folder, 'data-directory'), 'utf8').catch(() => '')
  return elsewhere === '' ? join(await realpath(folder).catch(() => folder), 'data') : elsewhere
}

/** Makes the folders. The data directory itself is made by initdb. */
export async function placeData(stateDirectory: string, account: PostgresAccount): Promise<string> {
  const folder = postgresFolder(stateDirectory)
  try {
    await makeOwned(folder, account)
    // Another user must pass through the state directory to get there; it may not look around in it.
    if (account.kind === 'user') await chmod(stateDirectory, 0o711)
    const remembered = await rememberedDataDirectory(stateDirectory)
    if (await exists(join(remembered, 'PG_VERSION'))) {
      if (await canEnter(account, join(remembered, '..'))) return remembered
      throw notReached(remembered, account)
    }
    if (await canEnter(account, folder)) {
      await rm(join(folder, 'data-directory'), { force: true })
      return join(await realpath(folder), 'data')
    }
    const name = `gleaner-${createHash('sha256')
      .update(await realpath(folder))
      .digest('hex')
      .slice(0, 12)}`
    const base = join(systemBase, name)
    await makeOwned(base, account)
    if (!(await canEnter(account, base))) throw notReached(folder, account)
    const data = join(base, 'data')
    await writeFile(join(folder, 'data-directory'), data)
    return data
  } catch (error) {
    if (error instanceof GleanerError) throw error
    throw unusableDirectory(stateDirectory, error as NodeJS.ErrnoException)
  }
}

/** The folder of the programs, copied to where the account can load them if it must be. */
export async function placePrograms(programs: Programs, account: PostgresAccount, beside: string): Promise<string> {
  const loads = async (directory: string) =>
    (await runCommand(account.wrap({ file: join(directory, 'postgres'), args: ['--version'] }), probeTimeoutMs))
      .status === 0
  if (await loads(programs.directory)) return programs.directory
  if (programs.packageRoot !== undefined) {
    const copy = join(beside, `programs-${programs.version}`)
    await copyPackage(programs.packageRoot, copy)
    const directory = join(copy, 'native', 'bin')
    if (await loads(directory)) return directory
  }
  throw new GleanerError('store-start-failed', {
    detail: `${join(programs.directory, 'postgres')} does not run ${account.description}`,
  })
}

/** A private directory for the sockets whose path is short enough; the same one as last time where it still will do. */
export async function placeSockets(
  stateDirectory: string,
  dataDirectory: string,
  account: PostgresAccount,
): Promise<string> {
  const note = join(postgresFolder(stateDirectory), 'socket-directory')
  const beside = join(dataDirectory, '..', 'run')
  if (Buffer.byteLength(beside) + 1 + longestSocketName <= maxSocketPathBytes) {
    await makeOwned(beside, account)
    return beside
  }
  const last = await readFile(note, 'utf8').catch(() => '')
  if (last !== '' && (await isPrivate(last, account))) return last
  const made = await mkdtemp(join(tmpdir(), 'gleaner-'))
  if (account.owner !== undefined) await chown(made, account.owner.uid, account.owner.gid)
  await writeFile(note, made)
  return made
}

/** Removes what placeSockets made outside of the folder of the database. */
export async function removeSockets(stateDirectory: string, socketDirectory: string): Promise<void> {
  const note = join(postgresFolder(stateDirectory), 'socket-directory')
  if ((await readFile(note, 'utf8').catch(() => '')) !== socketDirectory) return
  await rm(socketDirectory, { recursive: true, force: true })
  await rm(note, { force: true })
}

async function makeOwned(directory: string, account: PostgresAccount): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
  if (account.owner !== undefined) await chown(directory, account.owner.uid, account.owner.gid)
}

async function canEnter(account: PostgresAccount, directory: string): Promise<boolean> {
  const script = 'cd -- "$1" && : > "$1/.reached" && rm -f "$1/.reached"'
  const probe = { file: '/bin/sh', args: ['-c', script, 'sh', directory] }
  return (await runCommand(account.wrap(probe), probeTimeoutMs)).status === 0
}

async function isPrivate(directory: string, account: PostgresAccount): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined)
  const uid = account.owner?.uid ?? process.getuid?.()
  return found !== undefined && found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

function notReached(directory: string, account: PostgresAccount): GleanerError {
  return new GleanerError('state-directory-unusable', {
    directory,
    detail: `PostgreSQL runs ${account.description} and cannot enter it`,
  })
}
