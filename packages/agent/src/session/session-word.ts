// What the helper of a session tells the agent, in a file of its own that only its user can have written: whether somebody is there, and a
// number that grows with each writing. A number that stands still is a helper that is gone.
//
// The folder is everybody's to write to, like /tmp. So what is read has to be a plain file, not a link, of the very user whose session it
// is, that nobody else may write to. Files are replaced as a whole: half of one is never seen.
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { stateFile } from '../read/state-file.ts'

export interface SessionWord {
  readonly sequence: number
  readonly isActive: boolean
  /** Where it comes from, for people. */
  readonly by: string
}

const mostBytes = 512
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

export function writeSessionWord(path: string, { sequence, isActive, by }: SessionWord): void {
  const text = `SEQUENCE=${sequence}\nACTIVE=${isActive ? 1 : 0}\nBY=${by}\n`
  const next = `${path}.${process.pid}.new`
  writeFileSync(next, text, { mode: 0o644 })
  renameSync(next, path)
}

/** Throws what the system throws, and an Error where the file is not what it has to be. */
export function readSessionWord(path: string, uid: number): SessionWord {
  // A pipe that somebody put there must not make the agent wait.
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const info = fstatSync(fd)
    if (!info.isFile()) throw new Error(`${path}: is no plain file`)
    if (info.uid !== uid) throw new Error(`${path}: belongs to user ${info.uid} and not to ${uid}, whose session it is`)
    if ((info.mode & 0o022) !== 0) throw new Error(`${path}: others may write to it`)
    const buffer = Buffer.alloc(mostBytes)
    const words = stateFile(buffer.toString('utf8', 0, readSync(fd, buffer, 0, mostBytes, 0)))
    const sequence = Number(words.get('SEQUENCE') ?? Number.NaN)
    const active = words.get('ACTIVE')
    const by = words.get('BY')
    if (!Number.isSafeInteger(sequence) || (active !== '0' && active !== '1') || by === undefined)
      throw new Error(`${path}: makes no sense`)
    return { sequence, isActive: active === '1', by }
  } finally {
    closeSync(fd)
  }
}
