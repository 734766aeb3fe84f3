// Guarantees that at most one Gleaner uses a state directory. The lock is a listening unix socket in that directory: the
// kernel closes it with its process, however that ends, so no lock outlives its holder and a reused process id cannot
// keep one alive. It also holds between containers that share the directory but see neither each other's processes nor
// each other's network.
//
// How it is won. A claimant binds a socket of a name nobody else ever uses, listens, and only then renames it to
// `lock-<since>-<pid>-<random>.sock`; so a lock file that refuses connections is dead and may be removed by anybody. Then it
// asks every other lock file. Dead: removed. Holding: the claimant loses. Claiming: the one whose name sorts first
// stays, the other gives up. Of two claimants at least one sees the other, since each lists after its own file is visible.
// A process that does not answer (stopped, overloaded) but is connected to by the kernel counts as holding.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { shortenPath } from './socket-path.ts'
import { unusableDirectory } from './unusable-directory.ts'

const namePattern = /^lock-(\d{13})-(\d+)-[0-9a-f]{8}\.sock$/
const longestNameBytes = 'lock-1234567890123-4194304-12345678.sock'.length
const answerTimeoutMs = 1000
/** A claim takes milliseconds; whoever claims for longer than this is treated as holding. */
const claimTimeoutMs = 3000

export interface StateLock {
  release(): Promise<void>
}

type Standing = 'dead' | 'claiming' | 'holding'

/** Makes the directory (mode 0700) if needed. Rejects with `state-directory-locked` or `state-directory-unusable`. */
export async function lockStateDirectory(directory: string, nowMs: number): Promise<StateLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw unusableDirectory(directory, cause)
  })
  const short = await shortenPath(directory, longestNameBytes)
  const name = `lock-${String(nowMs).padStart(13, '0')}-${process.pid}-${randomBytes(4).toString('hex')}.sock`
  const own = join(short.path, name)
  const socket = await listen(`${own.slice(0, -'.sock'.length)}.new`).catch(async (cause: NodeJS.ErrnoException) => {
    await short.remove()
    throw unusableDirectory(directory, cause)
  })
  const release = async () => {
    await rm(own, { force: true })
    await socket.close()
    await short.remove()
  }
  try {
    await rename(socket.path, own)
    await outlast(name, short.path, directory)
    socket.standing = 'holding'
    return { release }
  } catch (error) {
    await release()
    throw error
  }
}

/** Resolves when no other lock file in the directory stands against `name`. */
async function outlast(name: string, shortPath: string, directory: string): Promise<void> {
  const others = (await readdir(shortPath)).filter((other) => namePattern.test(other) && other !== name)
  for (const other of others) {
    const path = join(shortPath, other)
    const standing = name < other ? await askUntilDecided(path) : await ask(path)
    if (standing !== 'dead') throw locked(other, directory)
    await rm(path, { force: true })
  }
}

async function askUntilDecided(path: string): Promise<Standing> {
  const deadline = performance.now() + claimTimeoutMs
  for (;;) {
    const standing = await ask(path)
    if (standing !== 'claiming' || performance.now() > deadline) return standing
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Listener {
  readonly path: string
  standing: Standing
  close(): Promise<void>
}

function listen(path: string): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.end(listener.standing)
  })
  const listener: Listener = {
    path,
    standing: 'claiming',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen({ path, backlog: 64 }, () => {
      server.unref()
      resolve(listener)
    })
  })
}

function ask(path: string): Promise<Standing> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let answer = ''
    const settle = (standing: Standing) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(standing)
    }
    const timer = setTimeout(() => settle('holding'), answerTimeoutMs)
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
    socket.on('end', () => settle(answer === 'claiming' ? 'claiming' : 'holding'))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'dead' : 'holding'),
    )
  })
}

function locked(lockName: string, directory: string): GleanerError {
  const [, sinceMs, pid] = namePattern.exec(lockName) ?? []
  return new GleanerError('state-directory-locked', {
    pid: pid ?? 'unknown',
    since: new Date(Number(sinceMs)).toISOString(),
    directory,
  })
}
