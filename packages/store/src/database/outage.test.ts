import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GleanerError, isError } from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import { endsWithin } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStore } from '../create-store.ts'
import { type OpenedStore, openStore } from '../open-store.ts'
import { findPostmaster } from '../postgres/postmaster.ts'
import { nowMs, sampleEntry } from '../testing/samples.ts'
import { openDatabase } from './database.ts'
import { socketAddress } from './database-address.ts'

const boundMs = 120_000
const who = { by: 'tests', nowMs }

let base = ''
let opened: OpenedStore | undefined
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'gleaner-outage-'))
})
afterEach(async () => {
  await opened?.close()
  opened = undefined
  await rm(base, { recursive: true, force: true })
})

async function open(stateDirectory: string): Promise<Store> {
  opened = await openStore({ stateDirectory, databaseUrl: undefined, nowMs })
  return opened.store
}

async function serverPid(stateDirectory: string): Promise<number> {
  const found = await findPostmaster(join(stateDirectory, 'postgres', 'data'))
  if (found === undefined) throw new Error('there is no server')
  return found.pid
}

async function untilWorks(store: Store): Promise<void> {
  const untilMs = performance.now() + 60_000
  for (;;)
    try {
      return await store.ping(AbortSignal.timeout(10_000))
    } catch (error) {
      if (performance.now() > untilMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
}

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)

describe('the store while PostgreSQL is away', { timeout: boundMs }, () => {
  it('loses nothing it acknowledged and keeps nothing it refused, when the server is killed amid writes', async () => {
    const store = await open(base)
    const led = await store.leadership.tryLead('main', 'tests')
    if (led === undefined) throw new Error('the tests lead')
    const acknowledged = new Set<string>()
    const refused = new Set<string>()
    const server = { killed: false }
    const writer = async (name: string) => {
      for (let n = 0; !(server.killed && n > 20) && n < 5000; n++) {
        const id = `${name}-${n}`
        try {
          if (name.startsWith('s')) await store.settings.set(id, n, who)
          else
            await store.journal.intend(
              led.fence,
              sampleEntry({ id, idempotencyKey: id, instanceId: `lab:${id}` as never, targetName: id }),
            )
          acknowledged.add(id)
        } catch (error) {
          if (!isError(error, 'store-unavailable', 'not-leader')) throw error
          refused.add(id)
          if (server.killed) return
        }
      }
    }
    const writing = Promise.all(['s1', 's2', 's3', 'j1', 'j2', 'j3'].map(writer))
    while (acknowledged.size < 60) await new Promise((resolve) => setTimeout(resolve, 5))
    process.kill(await serverPid(base), 'SIGKILL')
    server.killed = true
    await writing
    await untilWorks(store)
    const entries = await store.journal.since(0)
    const stored = new Set([...(await store.settings.all()).keys(), ...entries.map(({ id }) => id)])
    expect(acknowledged.size).toBeGreaterThanOrEqual(60)
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
    expect([...refused].filter((id) => stored.has(id))).toEqual([])
    // Leadership went with the connection, and can be won again.
    expect(led.lost.aborted).toBe(true)
    const again = await store.leadership.tryLead('main', 'tests')
    expect(again?.fence.term).toBe(led.fence.term + 1)
  })

  it('fails fast while the server does not answer, and works again by itself when it does', async () => {
    const store = await open(base)
    await store.settings.set('before', 1, who)
    const pid = await serverPid(base)
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    const all = [pid, ...children.trim().split(/\s+/).map(Number)]
    for (const one of all) process.kill(one, 'SIGSTOP')
    try {
      const ping = await endsWithin(8000, thrown(store.ping(AbortSignal.timeout(500))))
      expect(isError(ping, 'store-unavailable')).toBe(true)
    } finally {
      for (const one of all) process.kill(one, 'SIGCONT')
    }
    await untilWorks(store)
    expect((await store.settings.all()).get('before')).toBe(1)
  })
})

describe('a store whose server is gone for good', { timeout: boundMs }, () => {
  it('says so at once to writers and within seconds to readers', async () => {
    const store = await open(base)
    const directory = join(base, 'postgres', 'run')
    const beside = createStore(
      openDatabase(socketAddress({ directory, port: 5432, user: 'gleaner', database: 'gleaner' })),
    )
    await beside.settings.set('before', 1, who)
    await store.ping(AbortSignal.timeout(5000))
    await opened?.close()
    opened = undefined
    const read = await endsWithin(10_000, thrown(beside.settings.all()))
    expect(isError(read, 'store-unavailable')).toBe(true)
    expect(String(read)).toContain('its socket does not exist')
    const write = await endsWithin(5000, thrown(beside.settings.set('after', 1, who)))
    expect(isError(write, 'store-unavailable')).toBe(true)
    const lead = await endsWithin(5000, thrown(beside.leadership.tryLead('main', 'tests')))
    expect(isError(lead, 'store-unavailable')).toBe(true)
    // The same connections work again when the server is back.
    await open(base)
    expect((await beside.settings.all()).get('before')).toBe(1)
    await beside.close()
  })
})

const smallDisk = canMount()
describe.runIf(smallDisk)('a full disk', { timeout: boundMs }, () => {
  it('is told as such, and everything works again when there is room', async () => {
    const disk = join(base, 'disk')
    await mkdir(disk)
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=220m,mode=700', 'tmpfs', disk])
    try {
      const state = join(disk, 'state')
      const store = await open(state)
      await store.settings.set('before', 1, who)
      const freeBytes = Number(
        execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).trim().split('\n').at(-1),
      )
      const filler = join(disk, 'filler')
      await writeFile(filler, Buffer.alloc(freeBytes - 2 * 1024 * 1024))
      const blobs = Array.from({ length: 8 }, (_, n) => ({ subject: `s${n}`, bytes: new Uint8Array(1024 * 1024) }))
      const error = await thrown(store.telemetry.save(blobs))
      expect(error).toBeInstanceOf(GleanerError)
      expect(isError(error, 'store-full')).toBe(true)
      const slices = []
      for await (const slice of store.telemetry.loadAll(10)) slices.push(slice)
      expect(slices).toEqual([])
      expect((await store.settings.all()).get('before')).toBe(1)
      await rm(filler)
      await untilWorks(store)
      await store.telemetry.save(blobs)
    } finally {
      await opened?.close()
      opened = undefined
      execFileSync('/bin/umount', [disk])
    }
  })
})

function canMount(): boolean {
  try {
    execFileSync('/usr/bin/unshare', ['--mount', '/bin/mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return process.getuid?.() === 0
  } catch {
    return false
  }
}
