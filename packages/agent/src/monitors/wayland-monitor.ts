// Wayland sessions, as a helper in each of them tells (`gleaner agent session-helper`): for every such session of logind, here or from
// afar, a file in a folder of the agent. A session without a helper, and a helper that has stopped writing, are a missing signal; the
// number in the file counts and not its time, so no clock that is set makes an old word fresh. A machine without such a session has
// none that could be in use.
import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { readSmallFile } from '../read/small-file.ts'
import { stateFile } from '../read/state-file.ts'
import { readSessionWord } from '../session/session-word.ts'
import { faultText, type MachineRoots, type Monitor, type Seen, seen } from './monitor.ts'

/** The helper writes every second. */
const freshMs = 5000

interface Heard {
  readonly sequence: number
  /** Undefined until it was seen to write. */
  readonly movedAtMs: number | undefined
}

export class WaylandMonitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #sessions: string
  readonly #folder: string
  readonly #heard = new Map<string, Heard>()

  constructor(
    rule: MonitorRule,
    how: { readonly roots: MachineRoots; readonly everyMs: number; readonly folder: string },
  ) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#sessions = `${how.roots.run}/systemd/sessions`
    this.#folder = how.folder
    openToAll(this.#folder)
  }

  read(nowMs: number): Seen {
    const sessions = this.#waylandSessions()
    for (const id of this.#heard.keys()) if (!sessions.has(id)) this.#heard.delete(id)
    const facts = { sessions: sessions.size }
    const missing: string[] = []
    let active: string | undefined
    for (const [id, { uid, user }] of sessions) {
      const fault = this.#listen(id, uid, nowMs)
      if (fault === 'active') active ??= `${user} is there (session ${id})`
      else if (fault !== undefined) missing.push(`session ${id} of ${user}: ${fault}`)
    }
    // Somebody who is there is told before what is not known.
    if (active !== undefined) return seen('active', active, facts)
    if (missing.length > 0) return seen('missing', missing.join('; '), facts)
    return seen('idle', sessions.size === 0 ? 'no Wayland session here' : 'nobody at any Wayland session', facts)
  }

  close(): void {
    this.#heard.clear()
  }

  /** Undefined: nobody is there. */
  #listen(id: string, uid: number, nowMs: number): string | undefined {
    try {
      const { sequence, isActive } = readSessionWord(`${this.#folder}/${id}`, uid)
      const before = this.#heard.get(id)
      const moved = before !== undefined && before.sequence !== sequence
      const movedAtMs = moved ? nowMs : before?.movedAtMs
      this.#heard.set(id, { sequence, movedAtMs })
      if (movedAtMs === undefined) return 'its helper was not seen to write yet'
      if (nowMs - movedAtMs > freshMs)
        return `its helper has not written for ${((nowMs - movedAtMs) / 1000).toFixed(0)} s`
      return isActive ? 'active' : undefined
    } catch (error) {
      this.#heard.delete(id)
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no helper runs in it' : faultText(error)
    }
  }

  #waylandSessions(): ReadonlyMap<string, { readonly uid: number; readonly user: string }> {
    const found = new Map<string, { readonly uid: number; readonly user: string }>()
    for (const id of readdirSync(this.#sessions)) {
      if (!/^[a-z]?\d+$/.test(id)) continue
      let text: string
      try {
        text = readSmallFile(`${this.#sessions}/${id}`)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw error
      }
      const values = stateFile(text)
      const [uid, type, kind] = [Number(values.get('UID') ?? Number.NaN), values.get('TYPE'), values.get('CLASS')]
      if (kind === undefined || type === undefined || !Number.isSafeInteger(uid))
        throw new Error(`${this.#sessions}/${id}: no user, type or class of the session`)
      if (type === 'wayland' && kind === 'user' && values.get('STATE') !== 'closing')
        found.set(id, { uid, user: values.get('USER') ?? String(uid) })
    }
    return found
  }
}

/** Where it cannot be made no helper can write, and that is a missing signal. */
function openToAll(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o1777)
  } catch {
    // Told by the sessions that find no helper.
  }
}
