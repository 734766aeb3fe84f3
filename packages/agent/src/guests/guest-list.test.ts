// A place of sockets that cannot be looked at: whoever may be there counts as running, and whoever was known stays known.
import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GuestList } from './guest-list.ts'

let folder: string
let place: string
let guests: GuestList
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-guests-'))
  place = join(folder, 'qmp')
  guests = new GuestList([{ kind: 'qmp', path: place, group: undefined }], join(folder, 'sys'))
})
afterEach(() => {
  guests.close()
  rmSync(folder, { recursive: true })
})

const names = (nowMs: number) => guests.all(nowMs).map(({ name }) => name)
/** A link that leads to itself can be read by nobody, root included. */
const lock = () => symlinkSync(place, place)

it('a folder that is not there yet holds nobody', () => {
  expect(names(0)).toEqual([])
  expect(guests.fault).toBeUndefined()
})

it('a folder that cannot be read may hold somebody who runs and cannot be paused', async () => {
  lock()
  const [unseen] = guests.all(0)
  expect(unseen?.name).toBe(`qmp ${place}: what is there`)
  expect(unseen?.state()).toBe('unknown')
  await expect(unseen?.pause()).rejects.toThrow('ELOOP')
  expect(guests.fault).toContain('ELOOP')
  rmSync(place)
  expect(names(1000)).toEqual([])
})

it('who was known there stays in the list', async () => {
  mkdirSync(place)
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(join(place, 'a'), resolve))
  const [known] = guests.all(0)
  renameSync(place, join(folder, 'elsewhere'))
  lock()
  expect(guests.all(1000)[0]).toBe(known)
  expect(names(1000)).toEqual([`qmp ${place}/a`, `qmp ${place}: what is there`])
  server.close()
})
