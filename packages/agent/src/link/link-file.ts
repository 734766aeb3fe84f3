// What a desktop that has joined keeps: where its control plane is, who it is there, its keys, and how far its beats have counted.
// Written beside the file and renamed over it; only its own user may read it. A file that is there and cannot be read is not as if
// the desktop had never joined: then nobody has given it a lend contract, and it lends nothing.
import {
  closeSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

export interface Link {
  /** Without a slash at the end. */
  readonly server: string
  /** Certificates the server is verified with, PEM; those of the system if absent. */
  readonly ca?: string
  readonly desktop: string
  readonly host: string
  readonly pool: string
  /** PKCS #8, PEM. */
  readonly key: string
  /** Offered to the server; which of the two counts is known by its answers. */
  readonly nextKey?: string
  readonly sequence: number
}

export type LinkReading =
  | { readonly state: 'none' }
  | { readonly state: 'joined'; readonly link: Link }
  | { readonly state: 'broken'; readonly detail: string }

export function linkFile(stateDirectory: string): string {
  return `${stateDirectory}/link.json`
}

export function readLink(file: string): LinkReading {
  try {
    const link = JSON.parse(readFileSync(file, 'utf8')) as Partial<Link>
    const texts = [link.server, link.desktop, link.host, link.pool, link.key]
    const whole = texts.every((text) => typeof text === 'string' && text !== '') && Number.isSafeInteger(link.sequence)
    return whole ? { state: 'joined', link: link as Link } : { state: 'broken', detail: 'something is missing in it' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'none' }
    return { state: 'broken', detail: (error as Error).message }
  }
}

/** Throws where a link could not be kept: a token is used up only by who can keep what it brings. */
export function checkPlace(file: string): void {
  rmSync(writeDraft(file, '', false))
}

/** `durable` also over a loss of power: a key that is lost would lock the desktop out; a sequence follows the clock. */
export function writeLink(file: string, link: Link, durable: boolean): void {
  renameSync(writeDraft(file, JSON.stringify(link), durable), file)
}

/**
 * Root joins for the agent, whose folder it is: the file has to be the agent's as well. Made anew and reached by its handle alone, so that a
 * link that stands under its name leads root nowhere.
 */
function writeDraft(file: string, text: string, durable: boolean): string {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  const opened = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(opened, text)
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(folder)
      fchownSync(opened, uid, gid)
    }
    if (durable) fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
  return draft
}
