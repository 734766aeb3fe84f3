// What runs in a user's own Wayland session, because only there the compositor can be asked: tells the agent at once when somebody is
// there, and once a second that it still looks. It writes only while the compositor answers: one that hangs is a signal that is missing.
import { readFileSync, rmSync } from 'node:fs'
import { stateFile } from '../read/state-file.ts'
import { writeSessionWord } from './session-word.ts'
import { WaylandIdle } from './wayland-idle.ts'

export interface SessionHelperParts {
  /** The compositor's socket. */
  readonly compositor: string
  /** The file of this session, in the folder of the agent. */
  readonly file: string
  readonly say: (line: string) => void
}

/** From the last touch to "nobody"; how long is needed is the agent's to decide. */
const idleAfterMs = 1000
const everyMs = 1000

/** Resolves with the reason when the compositor is gone, or undefined when it was told to end. Its file is gone then. */
export function runSessionHelper(parts: SessionHelperParts, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let sequence = 0
    let fault: string | undefined
    let spoke = false
    let ticking: NodeJS.Timeout | undefined
    const write = () => {
      try {
        sequence += 1
        writeSessionWord(parts.file, { sequence, isActive: idle.isActive, by: idle.protocol ?? '' })
        fault = undefined
      } catch (error) {
        const { message } = error as Error
        if (fault !== message) parts.say(`cannot tell the agent: ${message}`)
        fault = message
      }
    }
    const tick = () =>
      idle.ask(() => {
        if (!spoke) parts.say(`asks ${parts.compositor} by ${idle.protocol}; tells it in ${parts.file}`)
        spoke = true
        write()
        ticking = setTimeout(tick, everyMs)
      })
    const idle: WaylandIdle = new WaylandIdle({
      path: parts.compositor,
      afterMs: idleAfterMs,
      told: () => spoke && write(),
      ended: (reason) => {
        clearTimeout(ticking)
        signal.removeEventListener('abort', end)
        rmSync(parts.file, { force: true })
        resolve(signal.aborted ? undefined : reason)
      },
    })
    const end = () => idle.close()
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    tick()
  })
}

/** Where the compositor of this environment listens; undefined: this is no Wayland session. */
export function compositorOf(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: name } = env
  if (name === undefined || name === '') return undefined
  if (name.startsWith('/')) return name
  return folder === undefined ? undefined : `${folder}/${name}`
}

/** The id that logind has for the session: of the environment, or the one in front of this user's, for services of the user. */
export function sessionOf(env: NodeJS.ProcessEnv, { run, uid }: { readonly run: string; readonly uid: number }) {
  const { XDG_SESSION_ID: id } = env
  if (id !== undefined && id !== '') return id
  try {
    return stateFile(readFileSync(`${run}/systemd/users/${uid}`, 'utf8')).get('DISPLAY')
  } catch {
    return undefined
  }
}
