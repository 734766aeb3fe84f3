// The driver asks Debian's QEMU guest agent in a real guest through a real libvirtd. People log in and out there by what a login
// leaves behind on such a system: an entry of the file of who is there, written through the same agent from another side.
import { setTimeout as sleep } from 'node:timers/promises'
import { instanceId, type InstanceId } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'
import { valueIn } from '@gleaner/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LibvirtCloud } from './libvirt-cloud.ts'
import { LibvirtLab, missingForLab } from './testing/libvirt-lab.ts'

const never = new AbortController().signal
const clock: Clock = {
  speed: 1,
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { ...(signal && { signal }) }),
}
const missing = await missingForLab()
if (missing !== undefined) console.warn(`skipped, a real guest agent: ${missing}`)

describe.skipIf(missing !== undefined)('a real guest agent', () => {
  let lab: LibvirtLab
  let cloud: LibvirtCloud
  let desk: InstanceId
  /** Runs ahead of the true time, so that nobody waits for the next question. */
  let aheadMs = 0

  beforeAll(async () => {
    lab = await LibvirtLab.up(['agent-1'])
    const monotonicMs = () => performance.now() + aheadMs
    const hosts = [{ name: 'node', uri: lab.uri }]
    cloud = new LibvirtCloud({ id: 'lab', clock, monotonicMs, guestAgents: true, hosts })
    desk = instanceId(cloud.id, await lab.virsh('domuuid', 'agent-1'))
  }, 180_000)
  afterAll(async () => {
    await cloud.close()
    await lab.down()
  }, 60_000)

  async function ask(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const text = JSON.stringify({ execute: command, ...(args && { arguments: args }) })
    const answer = JSON.parse(await lab.virsh('qemu-agent-command', '--timeout', '5', 'agent-1', text)) as {
      return: unknown
    }
    return answer.return
  }

  async function whoIsThere(...names: readonly string[]): Promise<void> {
    const handle = await ask('guest-file-open', { path: '/var/run/utmp', mode: 'w' })
    const entries = Buffer.concat(names.map(entryOf))
    await ask('guest-file-write', { handle, 'buf-b64': entries.toString('base64') })
    await ask('guest-file-close', { handle })
  }

  async function users(): Promise<number> {
    return valueIn(await cloud.sample(never), desk, 'users')
  }

  async function heard(count: number): Promise<void> {
    const endMs = Date.now() + 45_000
    aheadMs += 30_000
    while (!Object.is(await users(), count)) {
      if (Date.now() > endMs) throw new Error(`${count} users were not heard of within 45 s`)
      await sleep(200)
    }
  }

  it('tells who is logged in, and is not believed to see nobody before it has seen somebody', async () => {
    const endMs = Date.now() + 60_000
    while (!(await lab.virsh('dumpxml', 'agent-1')).includes("state='connected'")) {
      if (Date.now() > endMs) throw new Error('the agent did not come up within 60 s')
      await sleep(200)
    }
    await cloud.observe(never)
    await users()
    // Asked and answered: nobody is there, as far as a file can tell that does not exist.
    expect(await ask('guest-get-users')).toEqual([])
    await sleep(1_000)
    expect(await users()).toBeNaN()
    await whoIsThere('alice', 'bob')
    await heard(2)
    await whoIsThere()
    await heard(0)
    expect(valueIn(await cloud.sample(never), desk, 'idle')).toBeNaN()
  }, 180_000)

  it('that stands still is unknown, while its domain is sampled as before', async () => {
    await whoIsThere('alice')
    await heard(1)
    const pid = Number(
      await ask('guest-exec', { path: '/bin/pidof', arg: ['qemu-ga'], 'capture-output': true }).then(outputOf),
    )
    await ask('guest-exec', { path: '/bin/sh', arg: ['-c', `sleep 1; kill -STOP ${pid}; sleep 30; kill -CONT ${pid}`] })
    await sleep(3_000)
    aheadMs += 180_001
    const beganMs = performance.now()
    const batch = await cloud.sample(never)
    expect(performance.now() - beganMs).toBeLessThan(5_000)
    expect(valueIn(batch, desk, 'memory')).toBeGreaterThan(0)
    expect(valueIn(batch, desk, 'users')).toBeNaN()
    await sleep(12_000)
    expect(await users()).toBeNaN()
    const endMs = Date.now() + 120_000
    while (Number.isNaN(await users())) {
      if (Date.now() > endMs) throw new Error('it was not asked again')
      aheadMs += 60_000
      await sleep(2_000)
    }
    expect(await users()).toBe(1)
  }, 240_000)

  async function outputOf(started: unknown): Promise<string> {
    const { pid } = started as { pid: number }
    for (;;) {
      const status = (await ask('guest-exec-status', { pid })) as { exited: boolean; 'out-data'?: string }
      if (status.exited) return Buffer.from(status['out-data'] ?? '', 'base64').toString()
      await sleep(100)
    }
  }
})

/** One login as utmp(5) has it on a 64-bit Linux. */
function entryOf(name: string): Buffer {
  const entry = Buffer.alloc(384)
  entry.writeInt16LE(7, 0)
  entry.write(`tty-${name}`, 8, 'latin1')
  entry.write(name, 44, 'latin1')
  entry.writeInt32LE(1_700_000_000, 340)
  return entry
}
