// The real libvirtd of labs/libvirt, brought up for a test file, and virsh to look at it from another side.
import { execFile } from 'node:child_process'
import { access, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const labs = fileURLToPath(new URL('../../../../../labs/libvirt/', import.meta.url))
const needed = ['libvirtd', 'virsh', 'qemu-system-x86_64', 'busybox', 'cpio']
const packages =
  'libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 busybox-static cpio'
const bootTimeMs = 60_000
const run = promisify(execFile)

/** Why the lab cannot run here; undefined when it can. Throws instead where nothing may be skipped. */
export async function missingForLab(): Promise<string | undefined> {
  const missing: string[] = []
  for (const program of needed) if (!(await isInstalled(program))) missing.push(program)
  if (missing.length === 0) return undefined
  const message = `${missing.join(', ')} missing; apt-get install --no-install-recommends ${packages}`
  if (process.env['GLEANER_TEST_REQUIRE_ALL'] === '1') throw new Error(message)
  return message
}

export class LibvirtLab {
  readonly uri: string
  readonly socket: string
  readonly #folder: string

  private constructor(folder: string, uri: string) {
    this.#folder = folder
    this.uri = uri
    this.socket = uri.slice(uri.indexOf('socket=') + 'socket='.length)
  }

  /** Guests are built once per machine and kept in the folder for temporary files. */
  static async up(guests: readonly string[]): Promise<LibvirtLab> {
    const folder = await mkdtemp(join(tmpdir(), 'gl-lab-'))
    const cache = process.env['GLEANER_LAB_CACHE'] ?? join(tmpdir(), `gleaner-lab-cache-${process.getuid?.() ?? 0}`)
    const env = { ...process.env, GLEANER_LAB_CACHE: cache }
    const { stdout } = await run(join(labs, 'up'), [folder, '2', ...guests], { env })
    const uri = /^uri: (.*)$/m.exec(stdout)?.[1]
    if (uri === undefined) throw new Error(`the lab printed no uri: ${stdout}`)
    const lab = new LibvirtLab(folder, uri)
    for (const guest of guests) await lab.#ready(guest)
    return lab
  }

  /** Running again, whatever happened to it; perhaps still booting. */
  async revive(guest: string): Promise<void> {
    if (!(await this.domains()).includes(guest)) {
      await this.virsh('define', join(this.#folder, 'guests', `${guest}.xml`))
    }
    const state = await this.virsh('domstate', guest)
    if (state === 'paused') await this.virsh('resume', guest)
    if (state === 'shut off') await this.virsh('start', guest)
  }

  /** Running again and past its boot. */
  async restore(guest: string): Promise<void> {
    await this.revive(guest)
    await this.#ready(guest)
  }

  /** A file stands where the folder for saved memory should be. */
  async breakSaves(): Promise<void> {
    await rename(this.#saves, `${this.#saves}.away`)
    await writeFile(this.#saves, '')
  }

  async mendSaves(): Promise<void> {
    await rm(this.#saves)
    await rename(`${this.#saves}.away`, this.#saves)
  }

  async restartDaemon(): Promise<void> {
    await run(join(labs, 'daemon.sh'), [join(this.#folder, 'libvirt'), 'stop'])
    await run(join(labs, 'daemon.sh'), [join(this.#folder, 'libvirt'), 'start'])
  }

  /** Up to its last step, which loads the balloon: a guest that is still booting does not hear the power button. */
  async #ready(guest: string): Promise<void> {
    const endMs = Date.now() + bootTimeMs
    while (!(await this.virsh('dommemstat', guest)).includes('usable')) {
      if (Date.now() > endMs) throw new Error(`${guest} did not boot within ${bootTimeMs} ms`)
      await sleep(200)
    }
  }

  get #saves(): string {
    const isRoot = process.getuid?.() === 0
    return join(this.#folder, 'libvirt', ...(isRoot ? ['lib', 'qemu', 'save'] : ['config', 'libvirt', 'qemu', 'save']))
  }

  async virsh(...words: readonly string[]): Promise<string> {
    const { stdout } = await run('virsh', ['-q', '-c', this.uri, ...words])
    return stdout.trim()
  }

  async domains(): Promise<readonly string[]> {
    return (await this.virsh('list', '--all', '--name')).split('\n').filter((name) => name !== '')
  }

  async down(): Promise<void> {
    await run(join(labs, 'down'), [this.#folder])
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}
