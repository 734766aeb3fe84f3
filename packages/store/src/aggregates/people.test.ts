import { isError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nowMs } from '../testing/samples.ts'
import { openTestStore, type TestStore } from '../testing/test-store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterAll(() => opened.close())

const alice = {
  issuer: 'CN=Lab CA',
  subject: 'CN=Alice,OU=People',
  serial: '0A',
  fingerprint: 'AA:BB',
  certificateEndsAtMs: nowMs + 1e9,
  lastSeenMs: nowMs,
}

describe('people', () => {
  it('are recorded as inactive at first sight, known by issuer and subject through every renewal', async () => {
    const { people } = opened.store
    const first = await people.seen(alice, 2)
    expect(first).toMatchObject({ first: true, person: { active: false, decidedAtMs: undefined, firstSeenMs: nowMs } })
    const renewed = { ...alice, serial: '0B', fingerprint: 'CC:DD', lastSeenMs: nowMs + 5 }
    const second = await people.seen(renewed, 2)
    expect(second).toStrictEqual({ first: false, person: { ...first?.person, ...renewed } })
    const other = await people.seen({ ...alice, issuer: 'CN=Other CA' }, 2)
    expect(other?.person.id).not.toBe(first?.person.id)
    expect(await people.find('CN=Lab CA', alice.subject)).toStrictEqual(second?.person)
    expect(await people.find('CN=Lab CA', 'CN=Alice')).toBeUndefined()
  })

  it('are not recorded when too many wait, those known are seen all the same', async () => {
    const { people } = opened.store
    expect(await people.seen({ ...alice, subject: 'CN=Bob' }, 2)).toBeUndefined()
    expect(await people.find(alice.issuer, 'CN=Bob')).toBeUndefined()
    expect((await people.seen(alice, 0))?.first).toBe(false)
  })

  it('are activated and given a role by somebody, listed after those who wait, and removed', async () => {
    const { people } = opened.store
    const [one, two] = await people.list()
    if (one === undefined || two === undefined) throw new Error('two people were recorded')
    const made = await people.decide(
      one.id,
      { active: true, role: 'member', projects: ['physics'] },
      { by: 'olga', nowMs: nowMs + 9 },
    )
    expect(made).toStrictEqual({
      ...one,
      active: true,
      role: 'member',
      projects: ['physics'],
      decidedBy: 'olga',
      decidedAtMs: nowMs + 9,
    })
    expect((await people.list()).map(({ id }) => id)).toEqual([two.id, one.id])
    await people.remove(two.id)
    expect(await people.list()).toEqual([made])
    for (const gone of [people.remove(two.id), people.decide(two.id, made, { by: 'olga', nowMs })])
      expect(isError(await gone.catch((thrown: unknown) => thrown), 'not-found')).toBe(true)
  })
})

describe('the audit', () => {
  it('is searched by who, what and object, with every character as it is', async () => {
    const { audit } = opened.store
    const entry = {
      atMs: nowMs,
      by: 'CN=Alice',
      from: '::1',
      what: 'activate user',
      object: 'CN=50% Bob_',
      before: null,
    }
    await audit.append({ ...entry, after: { role: 'viewer' } })
    await audit.append({ ...entry, atMs: nowMs + 1, by: 'olga', what: 'pause', object: 'all', after: null })
    const found = async (search: string) => {
      const { items, total } = await audit.list({ limit: 1, offset: 0, search })
      return [total, items[0]?.what]
    }
    expect(await found('cn=alice')).toEqual([1, 'activate user'])
    expect(await found('PAUSE')).toEqual([1, 'pause'])
    expect(await found('50% Bob_')).toEqual([1, 'activate user'])
    expect(await found('%')).toEqual([1, 'activate user'])
    expect(await found('_')).toEqual([1, 'activate user'])
    expect(await found('\\')).toEqual([0, undefined])
    expect(await found('a')).toEqual([2, 'pause'])
    expect((await audit.list({ limit: 10, offset: 0 })).total).toBe(2)
  })
})
