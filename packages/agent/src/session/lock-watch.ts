// Whether everybody who sits at this machine has locked the screen: of every local session of a user logind says so. Nobody there, a session
// that is not locked, a bus that does not answer: not locked. It only ever shortens a wait, so not knowing costs nothing but time.
import { readdirSync } from 'node:fs'
import { readSmallFile } from '../read/small-file.ts'
import { stateFile } from '../read/state-file.ts'
import { LoginBus } from './login-bus.ts'

const everyMs = 2000
/** An answer older than this is none. */
const freshMs = 6000

export class LockWatch {
  readonly #run: string
  readonly #busPath: string
  #bus: LoginBus | undefined
  #lockedAtMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** `run`: the machine's /run. */
  constructor(run: string) {
    this.#run = run
    this.#busPath = `${run}/dbus/system_bus_socket`
  }

  start(): void {
    const again = () => {
      if (this.#closed) return
      this.#timer = setTimeout(() => void this.look().finally(again), everyMs)
      this.#timer.unref()
    }
    void this.look().finally(again)
  }

  get isLocked(): boolean {
    return this.#lockedAtMs !== undefined && performance.now() - this.#lockedAtMs <= freshMs
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const askedAtMs = performance.now()
    try {
      const sessions = this.#local()
      let locked = sessions.length > 0
      for (const session of sessions) {
        this.#bus ??= await LoginBus.open(this.#busPath)
        locked &&= await this.#bus.isLocked(session)
      }
      this.#lockedAtMs = locked ? askedAtMs : undefined
    } catch {
      this.#lockedAtMs = undefined
      this.#bus?.close()
      this.#bus = undefined
    }
    if (this.#closed) this.#bus?.close()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#bus?.close()
  }

  #local(): readonly string[] {
    const folder = `${this.#run}/systemd/sessions`
    return readdirSync(folder).filter((id) => {
      if (!/^[a-z]?\d+$/.test(id)) return false
      const values = stateFile(readSmallFile(`${folder}/${id}`))
      const isUsers = values.get('CLASS') === 'user' && values.get('STATE') !== 'closing'
      return isUsers && values.get('REMOTE') !== '1' && (values.get('SEAT') ?? '') !== ''
    })
  }
}
