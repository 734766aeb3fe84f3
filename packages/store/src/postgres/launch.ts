// Starts the PostgreSQL server of a state directory and waits until it answers: finds the programs, makes the database where
// there is none, places the sockets, writes the settings, and waits out the remains of a server that was killed. Looks
// after nothing once the server runs; supervisor.ts does.
import { type ChildProcess, spawn } from 'node:child_process'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { choosePostgresAccount, type PostgresAccount } from './account.ts'
import { dataMajor, dataOwner, handOver, initialise } from './initialise.ts'
import { placeData, placePrograms, placeSockets, rememberedDataDirectory } from './placement.ts'
import { findPostmaster, isAlive, isPostmasterOf, isSurelyUnused, readPostmasterFile } from './postmaster.ts'
import { choosePrograms } from './programs.ts'
import { writeSettings } from './settings.ts'

export interface PostgresProgress {
  readonly phase: 'search' | 'initialise' | 'start' | 'adopt' | 'restart' | 'restart-failed'
  readonly detail: string
}

export interface LaunchOptions {
  readonly stateDirectory: string
  readonly onProgress?: (progress: PostgresProgress) => void
  /** Folder of the programs, or `package` for those from npm; otherwise the system's first. */
  readonly programs?: string
  /** False takes the way of machines that refuse user namespaces. */
  readonly allowNamespace?: boolean
  /** False only for databases that tests throw away: no fsync. */
  readonly durable?: boolean
}

export interface RunningPostgres {
  readonly pid: number
  readonly dataDirectory: string
  readonly socketDirectory: string
}

/** Recovery after a crash reads up to max_wal_size of log; a slow disk takes its time. */
const startTimeoutMs = 600_000
const stopTimeoutMs = 60_000
/** The old server's processes may still be going when the new one starts; PostgreSQL says so with these words. */
const stillInUse = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
const patienceMs = 15_000
const logLimitBytes = 8 * 1024 * 1024

interface Prepared {
  readonly dataDirectory: string
  readonly programs: string
  readonly account: PostgresAccount
}

export async function launchPostgres(options: LaunchOptions): Promise<RunningPostgres> {
  const report = options.onProgress ?? (() => {})
  const { dataDirectory, programs, account } = await prepare(options, report)
  const socketDirectory = await placeSockets(options.stateDirectory, dataDirectory, account)
  await writeSettings({ dataDirectory, socketDirectory, durable: options.durable ?? true }, account)
  report({ phase: 'start', detail: account.description })
  const giveUpMs = performance.now() + patienceMs
  for (;;) {
    await removeStalePostmasterFile(dataDirectory)
    const fault = await startOnce({ dataDirectory, programs, account })
    const file = await findPostmaster(dataDirectory)
    if (file?.status === 'ready') return { pid: file.pid, dataDirectory, socketDirectory }
    if (file !== undefined) await endPostmaster(file.pid, dataDirectory)
    if (!stillInUse.test(fault) || performance.now() > giveUpMs) throw startFault(fault)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function prepare(options: LaunchOptions, report: (progress: PostgresProgress) => void): Promise<Prepared> {
  const owner = await dataOwner(await rememberedDataDirectory(options.stateDirectory))
  const account = await choosePostgresAccount({ dataOwner: owner, allowNamespace: options.allowNamespace ?? true })
  const dataDirectory = await placeData(options.stateDirectory, account)
  const major = await dataMajor(dataDirectory)
  const found = await choosePrograms(major, options.programs)
  report({ phase: 'search', detail: `PostgreSQL ${found.version} in ${found.directory}` })
  const programs = await placePrograms(found, account, dirname(dataDirectory))
  if (major === undefined) {
    report({ phase: 'initialise', detail: dataDirectory })
    await initialise(dataDirectory, programs, account)
  } else await handOver(dataDirectory, account)
  return { dataDirectory, programs, account }
}

/** Starts the server and waits until it is ready or has ended; what it said last in the second case. */
async function startOnce({ dataDirectory, programs, account }: Prepared): Promise<string> {
  const path = join(dirname(dataDirectory), 'log')
  if (((await stat(path).catch(() => undefined))?.size ?? 0) > logLimitBytes) await rename(path, `${path}.1`)
  const log = await open(path, 'a+', 0o600)
  const ended = new AbortController()
  let server: ChildProcess | undefined
  const onExit = () => server?.kill('SIGINT')
  process.on('exit', onExit)
  try {
    const fromByte = (await log.stat()).size
    // Not by pg_ctl, which hands the paths to a shell in double quotes. A session of its own: Ctrl-C is for Gleaner alone.
    const command = account.wrap({ file: join(programs, 'postgres'), args: ['-D', dataDirectory] })
    server = spawn(command.file, command.args, {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
      ...(command.uid === undefined ? {} : { uid: command.uid }),
      ...(command.gid === undefined ? {} : { gid: command.gid }),
    })
    server.on('error', (error) => ended.abort(error))
    server.on('exit', () => ended.abort())
    server.unref()
    if ((await waitUntilReady(dataDirectory, ended.signal)) !== undefined) return ''
    if (ended.signal.reason instanceof Error && ended.signal.reason.name !== 'AbortError')
      return ended.signal.reason.message
    const { buffer, bytesRead } = await log.read(Buffer.alloc(16 * 1024), 0, 16 * 1024, fromByte)
    return lastWords(buffer.toString('utf8', 0, bytesRead))
  } finally {
    process.off('exit', onExit)
    await log.close()
  }
}

/** The fatal line of a log with the one before it, which names the cause; without times and process ids. */
export function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => /(?:LOG|FATAL|PANIC|ERROR|HINT|DETAIL): .*/.exec(line)?.[0] ?? line)
    .filter((line) => line.trim() !== '')
  const fatal = lines.findLastIndex((line) => /^(?:FATAL|PANIC)/.test(line))
  return lines
    .slice(Math.max(0, (fatal < 0 ? lines.length - 1 : fatal) - 1), fatal < 0 ? undefined : fatal + 1)
    .join(' ')
}

/**
 * PostgreSQL refuses to start while the process named in postmaster.pid exists, even when that number now belongs to
 * somebody else (after a reboot). Removed only when it is sure that nobody works in the directory.
 */
async function removeStalePostmasterFile(dataDirectory: string): Promise<void> {
  const file = await readPostmasterFile(dataDirectory)
  if (file === undefined || !(await isAlive(file.pid)) || (await isPostmasterOf(file.pid, dataDirectory))) return
  if (await isSurelyUnused(dataDirectory)) await rm(join(dataDirectory, 'postmaster.pid'), { force: true })
}

/** Undefined when it ends, or does not get ready in time. */
export async function waitUntilReady(dataDirectory: string, ended?: AbortSignal): Promise<RunningPostgres | undefined> {
  const untilMs = performance.now() + startTimeoutMs
  for (;;) {
    const file = await findPostmaster(dataDirectory)
    if (file?.status === 'ready') return { pid: file.pid, dataDirectory, socketDirectory: file.socketDirectory }
    const isOver = ended === undefined ? file === undefined : ended.aborted
    if (isOver || performance.now() > untilMs) return undefined
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. Resolves when the process is gone. */
export async function endPostmaster(pid: number, dataDirectory: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!(await isPostmasterOf(pid, dataDirectory))) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    const untilMs = performance.now() + stopTimeoutMs
    while ((await isAlive(pid)) && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function startFault(detail: string): GleanerError {
  if (/No space left on device/.test(detail)) return new GleanerError('store-full')
  return new GleanerError('store-start-failed', { detail })
}
