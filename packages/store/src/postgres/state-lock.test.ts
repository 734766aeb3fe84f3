import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSource } from '../testing/run-source.ts'
import { lockStateDirectory } from './state-lock.ts'

let base = ''
let counter = 0
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'gleaner-lock-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

const directory = () => join(base, `state-${counter++}`)
const nowMs = Date.UTC(2025, 5, 2, 8)

describe('lockStateDirectory', () => {
  it('refuses a second holder and names the first', async () => {
    const path = directory()
    const lock = await lockStateDirectory(path, nowMs)
    const error = await lockStateDirectory(path, nowMs + 5000).catch((thrown: unknown) => thrown)
    expect(isError(error, 'state-directory-locked')).toBe(true)
    expect(String(error)).toContain(`process ${process.pid}, since 2025-06-02T08:00:00.000Z`)
    expect(String(error)).toContain(path)
    await lock.release()
    await (await lockStateDirectory(path, nowMs)).release()
    expect(await readdir(path)).toEqual([])
  })

  it('lets exactly one of many claimants win, again and again', async () => {
    const path = directory()
    for (let round = 0; round < 20; round++) {
      // The same moment for some, decreasing for others: names sort differently from the order of arrival.
      const claims = Array.from({ length: 8 }, (_, index) => lockStateDirectory(path, nowMs - (index % 3)))
      const settled = await Promise.allSettled(claims)
      const winners = settled.filter((claim) => claim.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      await winners[0]?.value.release()
    }
    expect(await readdir(path)).toEqual([])
  })

  it('holds in a directory whose path is longer than a socket address', async () => {
    const path = join(base, 'd'.repeat(120), 'e'.repeat(120))
    const lock = await lockStateDirectory(path, nowMs)
    const second = await lockStateDirectory(path, nowMs).catch((thrown: unknown) => thrown)
    expect(isError(second, 'state-directory-locked')).toBe(true)
    await lock.release()
    await (await lockStateDirectory(path, nowMs)).release()
  })

  it('is free again when its holder was killed, and not before', async () => {
    const path = directory()
    const holder = runSource(new URL('./state-lock.process.ts', import.meta.url), { path })
    await holder.line('locked')
    // A process that is stopped still holds: the kernel answers for it.
    holder.child.kill('SIGSTOP')
    const error = await lockStateDirectory(path, nowMs).catch((thrown: unknown) => thrown)
    expect(isError(error, 'state-directory-locked') && error.facts['pid']).toBe(String(holder.child.pid))
    holder.child.kill('SIGKILL')
    await holder.exited
    expect(await readdir(path)).toHaveLength(1)
    const lock = await lockStateDirectory(path, nowMs)
    expect(await readdir(path)).toHaveLength(1)
    await lock.release()
    // The holder is a process that is started from source: half a minute is soon over on a loaded machine.
  }, 120_000)

  it('says what is wrong with a directory that is none', async () => {
    const path = directory()
    await writeFile(path, '')
    const error = await lockStateDirectory(path, nowMs).catch((thrown: unknown) => thrown)
    expect(isError(error, 'state-directory-unusable')).toBe(true)
    expect(String(error)).toContain('it is not a directory')
  })
})
