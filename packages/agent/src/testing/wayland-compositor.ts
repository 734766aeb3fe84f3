// Real compositors without a screen, for tests: sway (wlroots), which has the idle protocol of KDE alone in Debian 12, and KWin, which has
// ext-idle-notify-v1. Each has its own way to make somebody touch it. They run as nobody where the test runs as root: sway refuses root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WaylandLine } from '../session/wayland-line.ts'

const nobody = 65_534
const isRoot = process.getuid?.() === 0

export interface Compositor {
  readonly socket: string
  /** Somebody presses a key, or does what the compositor takes for it. */
  touch(): Promise<void>
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  end(): void
}

export interface CompositorKind {
  readonly name: string
  readonly protocol: string
  readonly needs: readonly string[]
  readonly start: () => Compositor
}

export const compositors: readonly CompositorKind[] = [
  {
    name: 'sway',
    protocol: 'org_kde_kwin_idle',
    needs: ['sway', 'wtype'],
    start: () => {
      const folder = ownFolder()
      writeFileSync(join(folder, 'config'), '')
      const env = { WLR_BACKENDS: 'headless', WLR_LIBINPUT_NO_DEVICES: '1', WLR_RENDERER: 'pixman' }
      const child = run(folder, env, ['sway', '-c', join(folder, 'config')])
      return compositor({ folder, child, display: 'wayland-1', touch: async () => typeKey(folder, 'wayland-1') })
    },
  },
  {
    name: 'KWin',
    protocol: 'ext_idle_notifier_v1',
    needs: ['kwin_wayland', 'dbus-run-session'],
    start: () => {
      const folder = ownFolder()
      // Debian's has a right of its own (to run ahead of others), with which it cannot be started as another user.
      mkdirSync(join(folder, 'bin'))
      const program = join(folder, 'bin/kwin_wayland')
      copyFileSync('/usr/bin/kwin_wayland', program)
      chmodSync(program, 0o755)
      const env = { KWIN_COMPOSE: 'Q' }
      const words = ['--virtual', '--no-lockscreen', '--no-global-shortcuts', '--socket', 'wayland-1']
      const child = run(folder, env, ['dbus-run-session', program, ...words])
      return compositor({ folder, child, display: 'wayland-1', touch: () => sayActive(join(folder, 'wayland-1')) })
    },
  },
]

export function missingPrograms({ needs }: CompositorKind): readonly string[] {
  return needs.filter((name) => !existsSync(`/usr/bin/${name}`))
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gleaner-wayland-'))
  if (isRoot) chownSync(folder, nobody, nobody)
  return folder
}

function run(folder: string, env: Readonly<Record<string, string>>, words: readonly string[]): ChildProcess {
  const asNobody = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : []
  const [program = '', ...rest] = [...asNobody, ...words]
  return spawn(program, rest, {
    env: { PATH: '/usr/bin:/bin', HOME: folder, XDG_RUNTIME_DIR: folder, ...env },
    stdio: 'ignore',
    // A group of its own: what it starts ends with it.
    detached: true,
  })
}

function compositor({
  folder,
  child,
  display,
  touch,
}: {
  readonly folder: string
  readonly child: ChildProcess
  readonly display: string
  readonly touch: () => Promise<void>
}): Compositor {
  const signal = (name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL') => {
    try {
      process.kill(-(child.pid ?? Number.NaN), name)
    } catch {
      // It has ended by itself.
    }
  }
  return {
    socket: join(folder, display),
    touch,
    signal,
    end: () => {
      signal('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function typeKey(folder: string, display: string): void {
  execFileSync('wtype', ['a'], { env: { XDG_RUNTIME_DIR: folder, WAYLAND_DISPLAY: display } })
}

/**
 * KWin without a screen takes no input that is made up, but a program may say that its user does something (a game with a joystick): request
 * simulate_user_activity (1) of an idle timeout of KDE's. Whoever waits for idleness by the other protocol is told as after a key.
 */
function sayActive(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const globals = new Map<string, number>()
    const bind = (what: string) => {
      const id = line.fresh()
      line.send(registry, 0, [globals.get(what) ?? 0, what, 1, id])
      return id
    }
    const line: WaylandLine = new WaylandLine(socket, {
      ended: (reason) => reject(new Error(reason)),
      heard: ({ object, operation, arguments: values }) => {
        if (object === registry && operation === 0) {
          const name = values.word()
          globals.set(values.text(), name)
        } else if (object === told) {
          const [seat, idle] = [bind('wl_seat'), bind('org_kde_kwin_idle')]
          const timeout = line.fresh()
          line.send(idle, 0, [timeout, seat, 60_000])
          line.send(timeout, 1, [])
          line.send(1, 0, [(done = line.fresh())])
        } else if (object === done) {
          resolve()
          line.close()
        }
      },
    })
    const registry = line.fresh()
    const told = line.fresh()
    let done = -1
    line.send(1, 1, [registry])
    line.send(1, 0, [told])
  })
}
