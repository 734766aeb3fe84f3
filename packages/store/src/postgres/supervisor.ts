// Runs the private PostgreSQL of a state directory. The caller holds the lock of that directory. Guarantees:
//
// - A live server of the directory (Gleaner was killed, it was not) is adopted; otherwise one is started.
// - While Gleaner runs, a server that died is started again, with growing pauses.
// - `stop` ends it by a fast shutdown (what `pg_ctl stop -m fast` sends) and waits until it is gone; one that does not
//   go is ended harder. If the process exits without stop(), it still sends the shutdown on its way out.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describeError } from '@gleaner/model'
import { endPostmaster, type LaunchOptions, launchPostgres, type RunningPostgres, waitUntilReady } from './launch.ts'
import { rememberedDataDirectory, removeSockets } from './placement.ts'
import { findPostmaster, isAlive } from './postmaster.ts'
import { databasePort, databaseUser } from './settings.ts'

export interface PrivatePostgres {
  readonly socketDirectory: string
  readonly port: number
  readonly user: string
  /** True when a live server was found instead of started. */
  readonly adopted: boolean
  /** Process id of the server now; another one after a restart. */
  pid(): number
  stop(): Promise<void>
}

const watchIntervalMs = 500
const longestPauseMs = 30_000

export async function startPrivatePostgres(options: LaunchOptions): Promise<PrivatePostgres> {
  const report = options.onProgress ?? (() => {})
  const remembered = await rememberedDataDirectory(options.stateDirectory)
  const live = await findPostmaster(remembered)
  if (live !== undefined && live.status !== 'stopping') {
    report({ phase: 'adopt', detail: `PostgreSQL, process ${live.pid}` })
    const ready = await waitUntilReady(remembered)
    if (ready !== undefined && (await stat(socketPath(ready.socketDirectory)).catch(() => undefined)) !== undefined)
      return watch(options, ready, true)
    // Its sockets were removed under it: nobody can reach it any more.
    await endPostmaster(live.pid, remembered)
  } else if (live !== undefined) await endPostmaster(live.pid, remembered)
  return watch(options, await launchPostgres(options), false)
}

function watch(options: LaunchOptions, first: RunningPostgres, adopted: boolean): PrivatePostgres {
  const report = options.onProgress ?? (() => {})
  let { pid } = first
  let stopping = false
  let restarting: Promise<void> | undefined
  let pauseMs = watchIntervalMs
  let notBeforeMs = 0
  const look = async () => {
    if (performance.now() < notBeforeMs || (await isAlive(pid)) || stopping) return
    report({ phase: 'restart', detail: 'PostgreSQL has ended and is started again' })
    try {
      pid = (await launchPostgres({ ...options, onProgress: () => {} })).pid
      pauseMs = watchIntervalMs
    } catch (error) {
      report({ phase: 'restart-failed', detail: describeError(error) })
      notBeforeMs = performance.now() + pauseMs
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
  const timer = setInterval(() => {
    restarting ??= look().finally(() => {
      restarting = undefined
    })
  }, watchIntervalMs)
  timer.unref()
  const onExit = () => {
    try {
      process.kill(pid, 'SIGINT')
    } catch {
      // It is gone already.
    }
  }
  process.on('exit', onExit)
  return {
    socketDirectory: first.socketDirectory,
    port: databasePort,
    user: databaseUser,
    adopted,
    pid: () => pid,
    stop: async () => {
      if (stopping) return
      stopping = true
      clearInterval(timer)
      await restarting
      await endPostmaster(pid, first.dataDirectory)
      await removeSockets(options.stateDirectory, first.socketDirectory)
      process.off('exit', onExit)
    },
  }
}

function socketPath(socketDirectory: string): string {
  return join(socketDirectory, `.s.PGSQL.${databasePort}`)
}
