// Sessions of systemd-logind, from the files below /run/systemd/sessions, which are what its own library reads: no process is
// started and no bus is asked once a second. A session that begins, ends or comes to the front is a person. One from afar without a
// terminal (a remote desktop, a copy over ssh) counts as use as long as it is there, because nothing else sees what is done in it;
// one with a terminal is the terminals' to watch. The greeter is a session for ever and nobody's; so are managers and lock screens.
import { readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { stateFile } from '../read/state-file.ts'
import { type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

const nobodys: ReadonlySet<string> = new Set(['greeter', 'lock-screen', 'manager', 'manager-early', 'background'])

interface Session {
  readonly user: string
  readonly active: boolean
  readonly remote: boolean
  readonly terminal: boolean
}

export class SessionMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #folder: string
  #before: ReadonlyMap<string, Session> | undefined

  constructor(rule: MonitorRule, how: { readonly roots: MachineRoots; readonly everyMs: number }) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#folder = `${how.roots.run}/systemd/sessions`
  }

  read(): Seen {
    const now = new Map<string, Session>()
    for (const id of readdirSync(this.#folder)) {
      // Beside each session lies a pipe, ID.ref, which tells logind of its end.
      if (!/^[a-z]?\d+$/.test(id)) continue
      const session = this.#read(id)
      if (session !== undefined) now.set(id, session)
    }
    const before = this.#before
    this.#before = now
    const facts = { sessions: now.size }
    for (const [id, { user, remote, terminal }] of now)
      if (remote && !terminal) return seen('active', `${user} is logged in from afar (session ${id})`, facts)
    if (before === undefined) return seen('idle', `${now.size} sessions`, facts)
    for (const [id, session] of now) {
      const known = before.get(id)
      if (known === undefined) return seen('active', `${session.user} logged in (session ${id})`, facts)
      if (!known.active && session.active) return seen('active', `session ${id} came to the front`, facts)
    }
    for (const [id, { user }] of before) if (!now.has(id)) return seen('active', `${user} logged out (${id})`, facts)
    return seen('idle', `no session began or ended; ${now.size} there`, facts)
  }

  close(): void {
    this.#before = undefined
  }

  /** Undefined for one that is nobody's or is just going. */
  #read(id: string): Session | undefined {
    let text: string
    try {
      text = readSmallFile(`${this.#folder}/${id}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const values = stateFile(text)
    const word = values.get('CLASS')
    if (word === undefined) throw new Error(`${this.#folder}/${id}: no class of the session`)
    if (nobodys.has(word) || values.get('STATE') === 'closing') return undefined
    return {
      user: values.get('USER') ?? values.get('UID') ?? 'somebody',
      active: values.get('ACTIVE') === '1',
      remote: values.get('REMOTE') === '1',
      terminal: (values.get('TTY') ?? '') !== '',
    }
  }
}
