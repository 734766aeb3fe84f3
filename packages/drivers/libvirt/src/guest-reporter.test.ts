// The guest reporter itself, run by this machine's sh on a made-up /proc: its lines are those the driver reads, and its
// idle time counts as its head comment says. Its `sleep` waits for the test instead of the clock.
import { execFile, spawn } from 'node:child_process'
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseReportLine } from './report-line.ts'

const script = fileURLToPath(new URL('../../../../integrations/guest/gleaner-guest', import.meta.url))
const run = promisify(execFile)
let folder: string
let stop = async () => {}
const now = { uptimeS: 100, busyTicks: 1000, idleTicks: 9000, rx: 0, tx: 0, sectors: 0 }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-'))
  for (const name of ['bin', 'proc/net', 'root/run/systemd/sessions', 'root/dev/pts']) {
    await mkdir(join(folder, name), { recursive: true })
  }
  const waiting = `#!/bin/sh\ntouch "${folder}/ready"\nwhile [ ! -e "${folder}/go" ]; do /bin/sleep 0.005; done\nrm "${folder}/go"\n`
  await writeFile(join(folder, 'bin/sleep'), waiting)
  await chmod(join(folder, 'bin/sleep'), 0o755)
  Object.assign(now, { uptimeS: 100, busyTicks: 1000, idleTicks: 9000, rx: 0, tx: 0, sectors: 0 })
  await writeProc()
})

afterEach(async () => {
  await stop()
  stop = async () => {}
  await sleep(20)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function writeProc(): Promise<void> {
  const proc = join(folder, 'proc')
  await writeFile(join(proc, 'uptime'), `${now.uptimeS}.42 1.0\n`)
  await writeFile(join(proc, 'stat'), `cpu  ${now.busyTicks} 0 0 ${now.idleTicks} 0 0 0 0 0 0\ncpu0 1 2 3\n`)
  const header = 'Inter-|   Receive\n face |bytes packets\n'
  const nic = (name: string, rx: number, tx: number) => `  ${name}:${rx} 1 0 0 0 0 0 0 ${tx} 1 0 0 0 0 0 0\n`
  await writeFile(
    join(proc, 'net/dev'),
    header + nic('lo', 9e9 * now.uptimeS, 9) + nic('eth0', now.rx, now.tx) + nic('veth1', 9e9 * now.uptimeS, 9),
  )
  const disk = (name: string) => `   8 0 ${name} 1 0 ${now.sectors} 0 1 0 ${now.sectors} 0 0 0 0\n`
  await writeFile(
    join(proc, 'diskstats'),
    disk('sda') + disk('sda1') + disk('dm-0') + disk('nvme0n1p2') + disk('loop0'),
  )
}

async function start(settings = ''): Promise<void> {
  const file = join(folder, 'guest.conf')
  await writeFile(file, `DEVICE=${folder}/tty\nPERIOD_S=10\n${settings}`)
  const env = {
    PATH: `${folder}/bin:${process.env['PATH']}`,
    GLEANER_GUEST_PROC: join(folder, 'proc'),
    GLEANER_GUEST_ROOT: join(folder, 'root'),
  }
  const reporter = spawn('sh', [script, file], { env, stdio: 'ignore' })
  stop = async () => {
    const ended = new Promise((resolve) => reporter.once('close', resolve))
    reporter.kill('SIGKILL')
    // Its sleep is a process of its own, which ends when it is let go.
    await writeFile(join(folder, 'go'), '')
    await ended
  }
  await isReady()
}

async function isReady(): Promise<void> {
  const file = join(folder, 'ready')
  for (let tries = 0; ; tries++) {
    const there = await access(file).then(
      () => true,
      () => false,
    )
    if (there) break
    if (tries > 2_000) throw new Error('the reporter does not come to its next sleep')
    await sleep(5)
  }
  await rm(file)
}

/** Ten seconds with this much work; resolves with the line that follows. */
async function period(work: { readonly cpu?: number; readonly rx?: number; readonly sectors?: number } = {}) {
  now.uptimeS += 10
  now.busyTicks += (work.cpu ?? 0) * 1000
  now.idleTicks += 1000 - (work.cpu ?? 0) * 1000
  now.rx += work.rx ?? 0
  now.sectors += work.sectors ?? 0
  await writeProc()
  await writeFile(join(folder, 'go'), '')
  await isReady()
  const line = (await readFile(join(folder, 'tty'), 'utf8')).trimEnd()
  return { line, report: parseReportLine(line) }
}

describe('gleaner-guest', () => {
  it('writes lines the driver reads whole', async () => {
    await start()
    const { line, report } = await period({ cpu: 0.25, rx: 12_340, sectors: 100 })
    expect(report).toEqual({ seq: 1, uptimeS: 110, everyS: 10, users: 0, idleS: 10 })
    expect(line).toContain(' cpu=0.2500 iowait=0.0000 rx=1234 tx=0 read=5120 write=5120 ')
    expect((await period()).report).toMatchObject({ seq: 2, idleS: 20 })
  })

  it('takes one noisy sample for noise and two of five for work', async () => {
    await start()
    await period()
    expect((await period({ cpu: 0.9 })).report?.idleS).toBe(20)
    expect((await period()).report?.idleS).toBe(30)
    expect((await period({ cpu: 0.9 })).report?.idleS).toBe(0)
    // Both noisy samples are still among the last five twice more, then the older one has left.
    for (const idleS of [0, 0, 10, 20]) expect((await period()).report?.idleS).toBe(idleS)
  })

  it.each([
    ['network', { rx: 20_000 }],
    ['disk', { sectors: 1_000_000 }],
  ])('counts %s as work', async (_, work) => {
    await start('BUSY_SAMPLES=1\nWINDOW_SAMPLES=1\n')
    expect((await period()).report?.idleS).toBe(10)
    expect((await period(work)).report?.idleS).toBe(0)
    expect((await period()).report?.idleS).toBe(10)
  })

  it('follows its thresholds', async () => {
    await start('BUSY_SAMPLES=1\nWINDOW_SAMPLES=1\nCPU_QUIET_PERCENT=50\n')
    expect((await period({ cpu: 0.49 })).report?.idleS).toBe(10)
    expect((await period({ cpu: 0.5 })).report?.idleS).toBe(0)
  })

  it('counts people, not services and not those who leave', async () => {
    const session = (name: string, text: string) => writeFile(join(folder, 'root/run/systemd/sessions', name), text)
    await session('1', 'CLASS=user\nSTATE=active\n')
    await session('2', 'CLASS=manager\nSTATE=active\n')
    await session('3', 'CLASS=user\nSTATE=closing\n')
    await start()
    expect((await period()).report).toMatchObject({ users: 1, idleS: 0 })
    await rm(join(folder, 'root/run/systemd/sessions/1'))
    expect((await period()).report).toMatchObject({ users: 0, idleS: 10 })
  })

  it('counts terminals where there are no sessions', async () => {
    await writeFile(join(folder, 'root/dev/pts/0'), '')
    await writeFile(join(folder, 'root/dev/pts/ptmx'), '')
    await start('USERS_FROM=terminals\n')
    expect((await period()).report?.users).toBe(1)
  })

  it.each([
    ['PERIOD_S=ten\n', /guest\.conf:3: PERIOD_S must be a whole number, not "ten"/],
    ['COLOUR=red\n', /guest\.conf:3: unknown setting "COLOUR"/],
    ['PERIOD_S=$(reboot)\n', /must be a whole number/],
    ['BUSY_SAMPLES=9\n', /from 1 to WINDOW_SAMPLES/],
    ['USERS_FROM=nowhere\n', /USERS_FROM must be/],
  ])('refuses the setting %j', async (settings, message) => {
    const file = join(folder, 'guest.conf')
    await writeFile(file, `DEVICE=${folder}/tty\nPERIOD_S=10\n${settings}`)
    await expect(run('sh', [script, file])).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(message) })
  })
})
