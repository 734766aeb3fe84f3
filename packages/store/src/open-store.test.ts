import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import { leakCheck } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attachStore, type OpenedStore, openStore } from './open-store.ts'
import { findPostmaster } from './postgres/postmaster.ts'
import { runSource } from './testing/run-source.ts'
import { nowMs } from './testing/samples.ts'

let stateDirectory = ''
const opened: OpenedStore[] = []
beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), 'gleaner-state-'))
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  await rm(stateDirectory, { recursive: true, force: true })
})

async function open(onProgress?: (phase: string) => void): Promise<OpenedStore> {
  const one = await openStore({
    stateDirectory,
    databaseUrl: undefined,
    nowMs,
    onProgress: ({ phase }) => onProgress?.(phase),
  })
  opened.push(one)
  return one
}

const thrown = (running: Promise<unknown>) => running.catch((error: unknown) => error)
const server = () => findPostmaster(join(stateDirectory, 'postgres', 'data'))

describe('openStore', { timeout: 120_000 }, () => {
  it('makes a state, tells how far it is, and leaves nothing behind when it is closed', async () => {
    const leaks = leakCheck()
    const phases: string[] = []
    const first = await open((phase) => phases.push(phase))
    expect(phases).toEqual(['search', 'initialise', 'start', 'connect', 'migrate', 'ready'])
    expect(first.info.kind).toBe('private')
    await first.store.settings.set('x', 1, { by: 'test', nowMs })
    await first.close()
    expect(await server()).toBeUndefined()
    await leaks.assertNone()
    const again = await open((phase) => phases.push(phase))
    expect(phases.slice(6)).toEqual(['search', 'start', 'connect', 'migrate', 'ready'])
    expect(await again.store.settings.all()).toEqual(new Map([['x', 1]]))
  })

  it('refuses a second Gleaner on the same directory, naming the first, which is not disturbed', async () => {
    const first = await open()
    const error = await thrown(openStore({ stateDirectory, databaseUrl: undefined, nowMs }))
    expect(isError(error, 'state-directory-locked')).toBe(true)
    expect(String(error)).toContain(`process ${process.pid}, since 2025-06-02T08:00:00.000Z`)
    await first.store.ping(AbortSignal.timeout(5000))
  })

  it('carries on after a Gleaner that was killed, with what that had written', async () => {
    const killed = runSource(new URL('./open-store.process.ts', import.meta.url), { stateDirectory })
    await killed.line('open')
    const pid = (await server())?.pid
    killed.child.kill('SIGKILL')
    await killed.exited
    const phases: string[] = []
    const next = await open((phase) => phases.push(phase))
    expect(phases[0]).toBe('adopt')
    expect((await server())?.pid).toBe(pid)
    expect((await next.store.settings.all()).get('written-by')).toBe(killed.child.pid)
  })

  it('leaves neither server nor lock when it fails on the way', async () => {
    const first = await open()
    await first.close()
    await writeFile(join(stateDirectory, 'postgres', 'local.conf'), 'max_connections = 0\n')
    expect(isError(await thrown(open()), 'store-start-failed')).toBe(true)
    await rm(join(stateDirectory, 'postgres', 'local.conf'))
    const url = 'postgres://a:b@127.0.0.1:1/c'
    expect(isError(await thrown(openStore({ stateDirectory, databaseUrl: url, nowMs })), 'store-unavailable')).toBe(
      true,
    )
    expect(await server()).toBeUndefined()
    await open()
  })

  it('lets a command beside a running Gleaner use the same state, and starts nothing for it', async () => {
    expect(await attachStore({ stateDirectory, databaseUrl: undefined })).toBeUndefined()
    const first = await open()
    const beside = await attachStore({ stateDirectory, databaseUrl: undefined })
    await beside?.settings.set('from', 'beside', { by: 'cli', nowMs })
    expect(await first.store.settings.all()).toEqual(new Map([['from', 'beside']]))
    await beside?.close()
    await first.close()
    expect(await attachStore({ stateDirectory, databaseUrl: undefined })).toBeUndefined()
    expect(await server()).toBeUndefined()
  })
})
