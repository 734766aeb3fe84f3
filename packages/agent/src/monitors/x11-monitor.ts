// The X session of this machine, as its X server sees it: also what comes from afar (VNC, XTEST) and never passes an input device. It
// is asked once a second; a look takes what was answered last. No answer, a closed server, a cookie that is refused: missing. Not for
// Wayland: the X server of a Wayland session may never answer, which is missing as well.
import { readFileSync } from 'node:fs'
import type { MonitorRule } from '@gleaner/engine/opportunism'
import { type Monitor, type Seen, seen } from './monitor.ts'
import { xCookie } from './x-authority.ts'
import { XIdleLine } from './x-idle-line.ts'

export interface X11Settings {
  readonly display: number
  /** File of xauth; empty: the server lets this user in without. */
  readonly authority: string
  readonly everyMs: number
  /** The folder of the sockets, /tmp/.X11-unix. */
  readonly sockets: string
}

/** An answer older than this is none. */
const freshMs = 3000
/** The idle time is told in the server's own steps, and the answer takes a moment. */
const jitterMs = 300
const againMs = 2000

export class X11Monitor implements Monitor {
  readonly rule: MonitorRule
  readonly everyMs: number
  readonly #how: X11Settings
  #line: XIdleLine | undefined
  #answer: { readonly idleMs: number; readonly atMs: number } | undefined
  #touchedAtMs: number | undefined
  #fault = 'the X server was not asked yet'
  #openedAtMs = Number.NEGATIVE_INFINITY

  constructor(rule: MonitorRule, how: X11Settings) {
    this.rule = rule
    this.everyMs = how.everyMs
    this.#how = how
  }

  read(nowMs: number): Seen {
    if (this.#line === undefined && nowMs - this.#openedAtMs >= againMs) this.#open(nowMs)
    this.#line?.ask()
    const answer = this.#answer
    if (answer === undefined) return seen('missing', `display :${this.#how.display}: ${this.#fault}`)
    const ageMs = performance.now() - answer.atMs
    if (ageMs > freshMs)
      return seen('missing', `display :${this.#how.display} has not answered for ${(ageMs / 1000).toFixed(0)} s`)
    const touchedAtMs = answer.atMs - answer.idleMs
    const before = this.#touchedAtMs
    this.#touchedAtMs = touchedAtMs
    const facts = { idleS: Math.round(answer.idleMs / 1000) }
    // Before the first look nobody knows; that is for the absent time to wait out.
    if (before !== undefined && touchedAtMs - before > jitterMs)
      return seen('active', `somebody uses display :${this.#how.display}`, facts)
    return seen('idle', `display :${this.#how.display} untouched for ${facts.idleS} s`, facts)
  }

  close(): void {
    this.#line?.close()
    this.#line = undefined
  }

  #open(nowMs: number): void {
    this.#openedAtMs = nowMs
    const { authority, display, sockets } = this.#how
    const cookie = authority === '' ? undefined : xCookie(readFileSync(authority), display)
    const line: XIdleLine = new XIdleLine(`${sockets}/X${display}`, cookie, {
      told: (idleMs) => (this.#answer = { idleMs, atMs: performance.now() }),
      ended: (reason) => {
        if (this.#line !== line) return
        this.#line = undefined
        this.#answer = undefined
        this.#fault = reason
      },
    })
    this.#line = line
  }
}
