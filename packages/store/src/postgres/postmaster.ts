// Tells whether a server of a data directory is alive, from postmaster.pid in it and from the process itself: the process
// must exist, must not be a zombie (a container whose first process reaps nobody keeps those), and its command line must
// name the data directory. A process id that was given to another program since is never taken for the server.
import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './run-command.ts'

export interface PostmasterFile {
  readonly pid: number
  readonly dataDirectory: string
  readonly port: number
  readonly socketDirectory: string
  /** starting, ready, stopping, standby, or empty right after the start. */
  readonly status: string
}

/** Lines: pid, data directory, start time, port, socket directory, listen address, shared memory, status. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const [pid = '', dataDirectory = '', , port = '', socketDirectory = '', , , status = ''] = text.split('\n')
  if (!/^\d+$/.test(pid)) return undefined
  return { pid: Number(pid), dataDirectory, port: Number(port), socketDirectory, status: status.trim() }
}

export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | undefined> {
  return parsePostmasterFile(await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => ''))
}

/** The live server of this data directory, if there is one. */
export async function findPostmaster(dataDirectory: string): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(dataDirectory)
  return file !== undefined && (await isPostmasterOf(file.pid, dataDirectory)) ? file : undefined
}

export async function isPostmasterOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false
  const words = await commandLine(pid)
  const real = await realpath(dataDirectory).catch(() => dataDirectory)
  return words.some((word) => word === dataDirectory || word === real)
}

export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The state follows the command's name in parentheses, which may itself hold parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
}

/**
 * True when it is sure that no process works in the data directory: only then may a left-over postmaster.pid be removed.
 * Where processes cannot be listed it is never sure, and PostgreSQL's own check stands alone.
 */
export async function isSurelyUnused(dataDirectory: string): Promise<boolean> {
  const real = await realpath(dataDirectory)
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  if (processes.length === 0) return false
  for (const name of processes) if ((await readlink(`/proc/${name}/cwd`).catch(() => '')) === real) return false
  return true
}

async function commandLine(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (text !== undefined) return text.split('\0')
  const { output } = await runCommand({ file: 'ps', args: ['-o', 'command=', '-p', String(pid)] }, 5000)
  // Without /proc the words are not kept apart; a data directory with spaces is still found at the end of the line.
  const marker = output.indexOf(' -D ')
  return marker < 0 ? [] : [output.slice(marker + 4)]
}
