// What the agent keeps until it was taken: numbers that never come again, over restarts, lost files and clocks that are set back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LendingPhase, Verdict } from '@gleaner/model'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ChangeBuffer } from './change-buffer.ts'

const wallMs = 1_790_000_000_000
const verdict: Verdict = { code: 'user-input', sentence: 'keyboard: typed.', facts: {} }
const change = (atMs = wallMs, phase: LendingPhase = 'in-use') => ({ wallMs: atMs, phase, verdict })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-changes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'changes.json')
const open = (after = 0, desktop = 'dsk_a') => new ChangeBuffer({ file: file(), desktop, after })
const numbers = (buffer: ChangeBuffer) => buffer.changes.map(({ number }) => number)

it('numbers follow the clock, and grow also where it stands still or runs back', () => {
  const buffer = open()
  for (const atMs of [wallMs + 0.7, wallMs, wallMs - 5000, wallMs + 10]) buffer.add(change(atMs))
  expect(numbers(buffer)).toEqual([wallMs, wallMs + 1, wallMs + 2, wallMs + 10])
})

it('keeps changes and their numbers over a restart, and goes on above them', () => {
  const buffer = open()
  buffer.add(change(wallMs, 'lent'))
  buffer.add(change(wallMs + 5))
  const again = open()
  expect(again.changes).toEqual(buffer.changes)
  again.add(change(5))
  expect(numbers(again)).toEqual([wallMs, wallMs + 5, wallMs + 6])
})

it('is above the last beat also when its file was lost or damaged and the clock is behind', () => {
  for (const text of [
    undefined,
    '',
    'null',
    '{"changes": 7, "lost": "x"}',
    '{"desktop": "dsk_a", "changes": [{}, 3]}',
  ]) {
    rmSync(file(), { force: true })
    if (text !== undefined) writeFileSync(file(), text)
    const buffer = open(wallMs)
    expect([buffer.changes, buffer.lost]).toEqual([[], 0])
    buffer.add(change(1000))
    expect(numbers(buffer)).toEqual([wallMs + 1])
  }
})

it('gives new numbers to those kept without any, once: they are on disk before anybody hears of them', () => {
  writeFileSync(file(), JSON.stringify({ changes: [change(1), change(2)], lost: 4 }))
  const buffer = open(70)
  expect([numbers(buffer), buffer.lost]).toEqual([[71, 72], 4])
  // Meanwhile a beat went out.
  expect(numbers(open(90))).toEqual([71, 72])
})

it('tells under new numbers what was kept as another desktop', () => {
  open().add(change(50))
  expect(numbers(open(1000, 'dsk_b'))).toEqual([1001])
  expect(numbers(open(2000, 'dsk_b'))).toEqual([1001])
})

it('mends numbers that do not grow', () => {
  const changes = [5, 5, 4].map((number) => ({ ...change(), number }))
  writeFileSync(file(), JSON.stringify({ desktop: 'dsk_a', changes, lost: 0 }))
  expect(numbers(open(8))).toEqual([9, 10, 11])
})

it('lets go of what was sent and counts, and of nothing else', () => {
  const buffer = open()
  for (const atMs of [10, 20, 30]) buffer.add(change(atMs))
  const sent = buffer.changes
  buffer.add(change(40))
  buffer.taken(sent, 20)
  expect(numbers(buffer)).toEqual([30, 40])
  buffer.taken(sent, 30)
  expect(numbers(buffer)).toEqual([40])
  expect(numbers(open())).toEqual([40])
})

it('that is behind what counts already brings the changes nobody has heard of above it, in their order', () => {
  const buffer = open()
  buffer.add(change(10))
  const sent = buffer.changes
  buffer.add(change(20, 'lent'))
  buffer.add(change(60, 'in-use'))
  buffer.taken(sent, 50)
  expect(buffer.changes.map(({ number, phase }) => [number, phase])).toEqual([
    [61, 'lent'],
    [62, 'in-use'],
  ])
  buffer.taken(buffer.changes, 99)
  buffer.add(change(70))
  expect(numbers(buffer)).toEqual([100])
})

it('drops the oldest of more than 200 and counts them', () => {
  const buffer = open()
  for (let nth = 1; nth <= 203; nth++) buffer.add(change(nth))
  expect([numbers(buffer).at(0), buffer.changes.length, buffer.lost]).toEqual([4, 200, 3])
  const again = open()
  expect([again.changes.length, again.lost]).toEqual([200, 3])
})

it('that cannot be written goes on in memory', () => {
  const buffer = new ChangeBuffer({ file: join(folder, 'none/changes.json'), desktop: 'dsk_a', after: 0 })
  buffer.add(change(10))
  expect(numbers(buffer)).toEqual([10])
  buffer.add(change(20))
  buffer.taken(buffer.changes.slice(0, 1), 10)
  expect(numbers(buffer)).toEqual([20])
})
