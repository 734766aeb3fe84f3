import { createHash } from 'node:crypto'
import { isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const digest = (secret: string): Uint8Array => new Uint8Array(createHash('sha256').update(secret).digest())
const token = {
  name: 'ci',
  role: 'operator',
  projects: ['web', 'a "quoted", one'],
  createdAtMs: nowMs,
  createdBy: 'alice',
  expiresAtMs: undefined,
} as const

describe('tokens', () => {
  it('are found by the digest of their secret only', async () => {
    const { tokens } = opened.store
    const made = await tokens.create(token, digest('secret'))
    expect(made).toStrictEqual({ ...token, id: made.id, lastUsedAtMs: undefined })
    expect(await tokens.findByHash(digest('secret'))).toStrictEqual(made)
    expect(await tokens.findByHash(digest('other'))).toBeUndefined()
    await tokens.touch(made.id, nowMs + 1)
    const other = await tokens.create({ ...token, name: 'a', projects: [], expiresAtMs: nowMs + 2 }, digest('b'))
    expect(await tokens.list()).toStrictEqual([other, { ...made, lastUsedAtMs: nowMs + 1 }])
    const error = await tokens.create(token, digest('third')).catch((thrown: unknown) => thrown)
    expect(isError(error, 'conflict')).toBe(true)
    await tokens.remove(made.id)
    expect(await tokens.findByHash(digest('secret'))).toBeUndefined()
    const gone = await tokens.remove(made.id).catch((thrown: unknown) => thrown)
    expect(isError(gone, 'not-found')).toBe(true)
  })
})
