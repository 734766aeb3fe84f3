// The monitoring probe of integrations/opennebula, run for real: guests that write to sockets, pipes and terminals as QEMU's do,
// the collector with its readers, and what the probe prints, read by this driver as OpenNebula hands it on.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { XmlCursor } from '@gleaner/wire-xmlrpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseIdleText, readIdleVector } from './parse/idle-report.ts'

const script = fileURLToPath(new URL('../../../../integrations/opennebula/gleaner-idle.sh', import.meta.url))
const run = promisify(execFile)
const hasSocat = await run('socat', ['-V']).then(
  () => true,
  () => false,
)
const isRequired = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
let folder: string
let probePath: string
const guests: Guest[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-idle-'))
  for (const name of [
    'im/kvm-probes.d/vm/monitor',
    'im/kvm-probes.d/host/system',
    'etc/im/kvm-probes.d',
    'channels',
    'bin',
  ]) {
    await mkdir(join(folder, name), { recursive: true })
  }
  for (const name of ['vm/monitor', 'host/system']) {
    await copyFile(script, join(folder, 'im/kvm-probes.d', name, 'gleaner-idle.sh'))
  }
  probePath = join(folder, 'im/kvm-probes.d/vm/monitor/gleaner-idle.sh')
  await settings()
})

afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.stop()
  // It may be just about to start.
  await until(async () => {
    const pid = Number(await readFile(join(folder, 'spool/collector'), 'utf8').catch(() => ''))
    if (pid > 0) await run('kill', [String(pid)]).catch(() => {})
    return (await mentioned()).length === 0
  })
  await rm(folder, { recursive: true, force: true })
})

async function settings(more = ''): Promise<void> {
  const channels = join(folder, 'channels')
  await writeFile(
    join(folder, 'etc/im/kvm-probes.d/gleaner-idle.conf'),
    `# made by a test\nSOCKETS=${channels}/*one-*/org.gleaner.idle.0 ${channels}/one-*.sock\nPIPES=${channels}/one-*.out\nSPOOL=${folder}/spool\nSCAN_S=1\n${more}`,
  )
}

/** As OpenNebula runs it, arguments and all; waits until its output is at its end. */
async function probe(path = probePath, args: readonly string[] = ['kvm', '/var/lib/one', '0']): Promise<string> {
  const env = { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}` }
  return (await run(path, [...args], { env, timeout: 60_000 })).stdout
}

/** What is told of each VM, the way OpenNebula's own daemon takes a probe's output apart. */
async function told(): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for (const line of (await probe()).split('\n')) {
    if (line === '') continue
    const [, id, encoded] = /^VM = \[ ID="(\d+)", MONITOR="([A-Za-z0-9+/=]+)" \]$/.exec(line) ?? []
    const [, text] = /^IDLE="([^"\n]*)"\n$/.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
    if (id === undefined || text === undefined) throw new Error(`OpenNebula would not understand: ${line}`)
    found.set(Number(id), text)
  }
  return found
}

async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const endMs = Date.now() + 45_000; Date.now() < endMs; await sleep(50)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
  }
  throw new Error('it did not come about')
}

/** Command lines of what still runs for this test. */
async function mentioned(): Promise<readonly string[]> {
  const { stdout } = await run('ps', ['-eo', 'args'])
  return stdout.split('\n').filter((line) => line.includes(folder))
}

const line = (seq: number, { idle = seq * 2, users = 0, every = 15 } = {}) => {
  const text = `GLEANER v=1 seq=${seq} up=${1000 + seq} every=${every} cpu=0.0123 iowait=0.0000 rx=0 tx=0 read=0 write=0 users=${users} idle=${idle}`
  return `${text} len=${text.length}\r\n`
}

/** A guest whose channel is a socket, served as QEMU serves it: one listener, and what nobody hears is gone. */
class Guest {
  readonly #server: Server
  #listener: Socket | undefined

  private constructor() {
    this.#server = createServer((socket) => {
      this.#listener = socket
      socket.on('error', () => {})
      socket.on('close', () => (this.#listener = undefined))
    })
  }

  static async at(path: string): Promise<Guest> {
    const guest = new Guest()
    await mkdir(join(folder, 'channels', path, '..'), { recursive: true })
    await new Promise<void>((resolve) => guest.#server.listen(join(folder, 'channels', path), resolve))
    guests.push(guest)
    return guest
  }

  /** Waits for somebody to listen. */
  async heard(): Promise<Socket> {
    return until(async () => this.#listener)
  }

  async says(bytes: string | Buffer): Promise<void> {
    const socket = await this.heard()
    await new Promise<void>((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())))
  }

  get isHeard(): boolean {
    return this.#listener !== undefined
  }

  async stop(): Promise<void> {
    this.#listener?.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

describe.skipIf(!hasSocat && !isRequired)('the probe', { timeout: 120_000 }, () => {
  it('tells what a guest says, under the number that its channel bears', async () => {
    const guest = await Guest.at('domain-3-one-5/org.gleaner.idle.0')
    expect(await probe()).toBe('')
    await guest.says(line(1))
    const text = await until(async () => (await told()).get(5))
    expect(text).toBe('v=1 seq=1 up=1001 every=15 cpu=0.0123 users=0 idle=2')
    expect(parseIdleText(text, 5)).toEqual({ vmId: 5, users: 0, idleS: 2, marks: [1, 1001] })
    await guest.says(line(2, { users: 1 }))
    await until(async () => (await told()).get(5)?.includes('seq=2'))
    expect(parseIdleText((await told()).get(5) ?? '', 5)).toMatchObject({ users: 1, idleS: 4 })
  })

  it('prints the form of its folder', async () => {
    const guest = await Guest.at('one-5.sock')
    const path = join(folder, 'im/kvm-probes.d/host/system/gleaner-idle.sh')
    await probe(path)
    await guest.says(line(7))
    const printed = await until(async () => (await probe(path)) || undefined)
    expect(printed).toBe('IDLE = [ VMID="5", SEQ="7", IDLE_SECONDS="14", USERS="0", CPU="0.0123" ]\n')
    // As OpenNebula hands it on.
    const elements = printed.replace(/.*\[ | \]\n/g, '').replace(/(\w+)="([^"]*)"(, )?/g, '<$1>$2</$1>')
    const cursor = new XmlCursor(Buffer.from(`<IDLE>${elements}</IDLE>`))
    cursor.root()
    expect(readIdleVector(cursor)).toEqual({ vmId: 5, users: 0, idleS: 14, marks: [7, 14] })
  })

  it('finds its place again in whatever comes', async () => {
    const guest = await Guest.at('one-5.sock')
    await probe()
    await guest.says(line(1).slice(30))
    await guest.says(Buffer.from([0, 1, 2, 255, 254, 10, 27, 91, 50, 74]))
    await guest.says('x'.repeat(200_000))
    await guest.says(`\n${line(2).slice(0, -10)}\n${line(3)}${line(4).slice(0, 40)}`)
    expect(await until(async () => (await told()).get(5))).toContain('seq=3')
    await guest.says(line(4).slice(40))
    await until(async () => (await told()).get(5)?.includes('seq=4'))
  })

  it('believes a guest nothing but its own idleness', async () => {
    const guest = await Guest.at('one-5.sock')
    await probe()
    const lies = [
      'GLEANER v=1 seq=9 up=10 every=15 users=0 idle=11',
      'GLEANER v=1 seq=9 up=10 every=15 users=0 users=0 idle=1',
      'GLEANER v=1 seq=9 up=10 every=0 users=0 idle=1',
      'GLEANER v=1 seq=09 up=10 every=15 users=0 idle=1',
      'GLEANER v=1 seq=9 up=10 every=15 users=-1 idle=1',
      'GLEANER v=1 seq=9 up=10 every=15 users=0 idle=1e9',
      'GLEANER v=1 seq=9999999999999999 up=10 every=15 users=0 idle=1',
      'GLEANER v=2 seq=9 up=10 every=15 users=0 idle=1',
      `GLEANER v=1 seq=9 up=10 every=15 users=0 idle=1 x=$(touch ${folder}/pwned)`,
      `GLEANER v=1 seq=9 up=10 every=15 users=0 idle=1"`,
      'GLEANER v=1 seq=* up=10 every=15 users=0 idle=1',
      'GLEANER v=1 seq=9 up=10 every=15 users=0',
      `GLEANER v=1 seq=9 up=10 every=15 users=0 idle=1 ${'a=1 '.repeat(200)}`.trim(),
    ]
    for (const text of lies) await guest.says(`${text} len=${text.length}\n`)
    await guest.says('GLEANER v=1 seq=9 up=10 every=15 users=0 idle=1 len=49\n')
    // What it calls itself is one more word.
    const named = 'GLEANER v=1 vm=9 id=9 seq=10 up=10 every=15 users=0 idle=1'
    await until(async () => (await stat(join(folder, 'spool/5.raw'))).size > 1500)
    expect(await probe()).toBe('')
    await guest.says(`${named} len=${named.length}\n`)
    expect([...(await until(async () => ((await told()).size > 0 ? told() : undefined)))]).toEqual([
      [5, 'v=1 seq=10 up=10 every=15 users=0 idle=1'],
    ])
    await expect(lstat(join(folder, 'pwned'))).rejects.toThrow()
  })

  it('bounds what a guest can write, and hears the others meanwhile', async () => {
    const [flood, other] = [await Guest.at('one-5.sock'), await Guest.at('one-6.sock')]
    await probe()
    const socket = await flood.heard()
    let largest = 0
    const block = Buffer.alloc(1 << 16, 'x')
    for (let sent = 0; sent < 20 * 2 ** 20 && !socket.destroyed; sent += block.length) {
      if (!socket.write(block))
        await Promise.race([
          new Promise((resolve) => socket.once('drain', resolve)),
          new Promise((resolve) => socket.once('close', resolve)),
        ])
      largest = Math.max(largest, (await stat(join(folder, 'spool/5.raw')).catch(() => ({ size: 0 }))).size)
    }
    expect(largest).toBeLessThanOrEqual(1 << 20)
    await other.says(line(1))
    await until(async () => (await told()).get(6))
    // It is let in again, and may behave now.
    await until(async () => flood.isHeard)
    await until(async () => {
      await flood.says(`\n${line(3)}`).catch(() => {})
      return (await told()).get(5)
    })
  })

  it('lets nobody wait at a pipe, and tells the newest that came through it', async () => {
    const pipe = join(folder, 'channels/one-7.out')
    await run('mkfifo', [pipe])
    await probe()
    // Far more than a pipe holds. QEMU opens it for both directions and so never waits for a reader to come.
    const lines = Array.from({ length: 4000 }, (_, nth) => line(nth + 1, { idle: nth })).join('')
    await writeFile(join(folder, 'lines'), lines)
    const command = 'exec 3<>"$1"; cat "$2" >&3; read -r end'
    const guest = execFile('sh', ['-c', command, 'sh', pipe, join(folder, 'lines')])
    await until(async () => (await told()).get(7)?.includes('seq=4000'))
    guest.stdin?.end()
  })

  it('finds the terminal behind a serial port by asking libvirt', async () => {
    const terminal = join(folder, 'terminal')
    const socat = run('socat', [`PTY,link=${terminal},raw,echo=0`, `UNIX-LISTEN:${folder}/guest.sock`]).catch(() => {})
    await until(async () => lstat(terminal).catch(() => undefined))
    const { stdout: device } = await run('readlink', [terminal])
    const xml = `<domain><devices><serial type='pty'><source path='/dev/pts/9999'/><target type='isa-serial' port='0'/></serial>
<serial type='pty'>
  <source path='${device.trim()}'/>
  <target type='isa-serial' port='1'><model name='isa-serial'/></target>
</serial></devices></domain>`
    await writeFile(
      join(folder, 'bin/virsh'),
      `#!/bin/sh\ncase $* in *list*) printf 'one-8\\nother\\n\\n' ;; *dumpxml*one-8*) cat <<'X'\n${xml}\nX\n;; esac\n`,
    )
    await chmod(join(folder, 'bin/virsh'), 0o755)
    await settings('PTYS=yes\n')
    await probe()
    await writeFile(join(folder, 'lines'), line(1))
    await until(
      async () =>
        (await mentioned()).length > 1 && (await run('pgrep', ['-f', `cat ${device.trim()}`]).catch(() => undefined)),
    )
    const guest = run('socat', ['-t', '3', '-u', `OPEN:${folder}/lines`, `UNIX-CONNECT:${folder}/guest.sock`])
    await until(async () => (await told()).get(8))
    await guest
    await socat
  })

  it('falls silent with its guest, and does not take a clock that was set for news', async () => {
    await writeFile(
      join(folder, 'bin/date'),
      `#!/bin/sh\n[ "$1" = +%s ] && cat ${folder}/now && exit\nexec /bin/date "$@"\n`,
    )
    await chmod(join(folder, 'bin/date'), 0o755)
    const at = (seconds: number) => writeFile(join(folder, 'now'), `${seconds}\n`)
    await at(1_000_000)
    const guest = await Guest.at('one-5.sock')
    await probe()
    await guest.says(line(1, { every: 10 }))
    await until(async () => (await told()).get(5))
    await at(1_000_025)
    expect((await told()).size).toBe(1)
    await at(1_000_026)
    expect((await told()).size).toBe(0)
    await guest.says(line(2, { every: 10 }))
    await until(async () => (await told()).get(5))
  })

  it('forgets a guest that is gone, and hears the next one under that number', async () => {
    const guest = await Guest.at('domain-3-one-5/org.gleaner.idle.0')
    await probe()
    await guest.says(line(1))
    await until(async () => (await told()).get(5))
    await guest.stop()
    await rm(join(folder, 'channels/domain-3-one-5'), { recursive: true })
    await until(async () => (await probe()) === '')
    const next = await Guest.at('domain-4-one-5/org.gleaner.idle.0')
    await next.says(line(1))
    await until(async () => (await told()).get(5))
  })

  it('takes nothing for a channel that does not bear a number of OpenNebula', async () => {
    for (const path of ['someone-5x.sock', 'one-x.sock', 'one-12345678901.sock', 'one-6/other.sock'])
      await Guest.at(path)
    const right = await Guest.at('one-5.gleaner.sock')
    await probe()
    await right.heard()
    expect(guests.filter(({ isHeard }) => isHeard)).toHaveLength(1)
  })

  it('answers at once and well, whatever is wrong', async () => {
    await symlink('/etc', join(folder, 'spool'))
    expect(await probe()).toBe('')
    await rm(join(folder, 'spool'))
    await mkdir(join(folder, 'spool'), { mode: 0o755 })
    await chmod(join(folder, 'spool'), 0o755)
    expect(await probe()).toBe('')
    await rm(join(folder, 'spool'), { recursive: true })
    await settings('NONSENSE=1\nSCAN_S=soon\n')
    expect(await probe()).toBe('')
  })

  it('runs one collector, which ends when nobody asks any more', async () => {
    await settings('IDLE_EXIT_S=3\n')
    await Guest.at('one-5.sock')
    await Promise.all([probe(), probe(), probe()])
    await until(async () => (await mentioned()).filter((text) => text.endsWith('collect')).length === 1)
    await until(async () => (await mentioned()).length === 0)
    await expect(stat(join(folder, 'spool/5.raw'))).rejects.toThrow()
  })

  it('tells people what it finds', async () => {
    const guest = await Guest.at('one-5.sock')
    await Guest.at('one-6.sock')
    await probe()
    await guest.says(line(3))
    await until(async () => (await told()).get(5))
    const checked = await probe(probePath, ['check'])
    expect(checked).toContain('form: vm')
    expect(checked).toMatch(/collector: runs/)
    expect(checked).toMatch(/VM 5: socket .*one-5.sock: idle for 6 s, 0 logged in \(line 3, every 15 s\)/)
    expect(checked).toMatch(/VM 6: .*nothing has come yet/)
  })
})

/** What sh is elsewhere: bash on Red Hat's systems, busybox on Alpine. */
const shells = ['/bin/bash', '/usr/bin/busybox', '/bin/busybox']

describe.skipIf(!hasSocat && !isRequired)('the probe, where sh is another shell', { timeout: 120_000 }, () => {
  it.each(shells.filter(existsSync))('%s', async (shell) => {
    await symlink(shell, join(folder, 'bin/sh'))
    const text = await readFile(script, 'utf8')
    await writeFile(probePath, text.replace('#!/bin/sh', `#!${folder}/bin/sh`))
    const guest = await Guest.at('one-5.sock')
    expect(await probe()).toBe('')
    await guest.says(`half a line\n${line(1).replace('idle=2', 'idle=9')}${line(2)}`)
    expect(await until(async () => (await told()).get(5))).toContain('seq=2')
    expect(await probe(probePath, ['check'])).toContain('idle for 4 s')
    await guest.stop()
    await rm(join(folder, 'channels/one-5.sock'), { force: true })
    await until(async () => (await probe()) === '')
  })
})
