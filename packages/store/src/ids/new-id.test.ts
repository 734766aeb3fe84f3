import { expect, it } from 'vitest'
import { newId } from './new-id.ts'

it('makes ids that are UUIDs of version 7, of their time, sorted by it, and never the same', () => {
  const atMs = Date.UTC(2026, 10, 29)
  const ids = Array.from({ length: 1000 }, () => newId('lea', atMs))
  for (const id of ids) expect(id).toMatch(/^lea_[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(new Set(ids).size).toBe(1000)
  expect(Number.parseInt((ids[0] ?? '').slice(4, 17).replace('-', ''), 16)).toBe(atMs)
  expect(newId('lea', atMs + 1) > newId('lea', atMs)).toBe(true)
  expect(newId('lea', -5), 'a clock before 1970').toMatch(/^lea_00000000-0000-7/)
})
