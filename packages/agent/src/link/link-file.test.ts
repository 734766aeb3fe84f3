// What is kept of joining: a file that cannot be read is not as if nobody had joined, and root keeps it for the agent.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkPlace, type Link, linkFile, readLink, writeLink } from './link-file.ts'

const link: Link = {
  server: 'https://g',
  desktop: 'dsk_a',
  host: 'desk',
  pool: 'offices',
  key: 'key',
  sequence: 1,
}
let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-link-'))
  file = linkFile(folder)
})
afterEach(() => rmSync(folder, { recursive: true }))

it('is read as it was written; without one nobody has joined', () => {
  expect(readLink(file)).toEqual({ state: 'none' })
  writeLink(file, link, true)
  expect(readLink(file)).toEqual({ state: 'joined', link })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

it('one that cannot be reached is broken, not absent', () => {
  symlinkSync(file, file)
  expect(readLink(file)).toMatchObject({ state: 'broken', detail: expect.stringContaining('ELOOP') as string })
})

it('a place is tried without leaving anything, and one that takes no file is told', () => {
  checkPlace(file)
  expect(existsSync(`${file}.new`)).toBe(false)
  writeFileSync(join(folder, 'plain'), '')
  expect(() => checkPlace(linkFile(join(folder, 'plain/state')))).toThrow('ENOTDIR')
})

it('nothing is written where a link leads that stands in its way', () => {
  const other = join(folder, 'of-root')
  writeFileSync(other, 'kept')
  chmodSync(other, 0o644)
  symlinkSync(other, `${file}.new`)
  writeLink(file, link, true)
  expect(readFileSync(other, 'utf8')).toBe('kept')
  expect(statSync(other).mode & 0o777).toBe(0o644)
  expect(readLink(file)).toEqual({ state: 'joined', link })
})

it.runIf(process.getuid?.() === 0)('belongs to the owner of its folder when root writes it', () => {
  chownSync(folder, 4711, 4712)
  writeLink(file, link, true)
  expect(statSync(file)).toMatchObject({ uid: 4711, gid: 4712 })
})
