// Leases without an end on a whole server: renewed by themselves, stopped by what others were promised and by silence, told in time.
import type { LeaseView } from '@gleaner/model'
import { createTestDatabase } from '@gleaner/store/testing'
import { afterEach, expect, it } from 'vitest'
import { http, post, start, toldOf } from './lease-scene.ts'
import { endsToo, patient, server, stopAll, stopLast } from './scene.ts'
import { testStartMs } from './test-server.ts'

const hourMs = 3_600_000
afterEach(stopAll)

const reserve = (name: string, more: object) => post({ name, project: 'web-shop', reservations: [{ min: 1 }], ...more })
const show = async (name: string) => (await http('GET', `leases/${name}`)).body
const told = (lease: LeaseView, words: RegExp) =>
  server.until(`the word ${words}`, async () => (await toldOf(lease)).find((sentence) => words.test(sentence)))

it('goes on term by term, as far as nobody else was promised its hosts, and tells until when', patient, async () => {
  await start({ speed: 600, config: 'reservations: { openEnded: { term: 2h, renewWithin: 2000h } }' })
  const made = await reserve('endless', { openEnded: true })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const { body: lease } = made
  expect(Date.parse(lease.end) - Date.parse(lease.start)).toBe(2 * hourMs)
  expect(lease.openEnded).toMatchObject({ term: '2h', renewedAt: lease.createdAt })
  const grown = await server.until('two more terms', async () => {
    const now = await show('endless')
    return Date.parse(now.end) >= Date.parse(lease.end) + 4 * hourMs ? now : undefined
  })
  expect(grown.state).toBe('active')
  expect(await toldOf(grown)).toEqual([])
  // Another is promised its host from some time after what it has now.
  const [host = ''] = grown.reservations[0]?.hosts ?? []
  const from = new Date(Date.parse(grown.end) + 3 * hourMs).toISOString()
  const other = await reserve('other', {
    start: from,
    duration: '10h',
    reservations: [{ min: 1, filter: `name == "${host}"` }],
  })
  expect(other.status, JSON.stringify(other.body)).toBe(201)
  expect((await show('endless')).longestUntil).toBe(from)
  await told(grown, /promised to others from then on/)
  const stuck = await show('endless')
  expect(stuck.end).toBe(from)
  expect(await toldOf(stuck)).toEqual([
    `The lease "endless" ends at ${from}: its hosts are promised to others from then on.`,
  ])
  // Told in time, and what was in the way goes away: it goes on.
  expect(stuck.state).toBe('active')
  await http('DELETE', 'leases/other')
  await server.until('another term', async () =>
    Date.parse((await show('endless')).end) > Date.parse(from) ? true : undefined,
  )
  const ended = await http('PUT', 'leases/endless', { end: new Date(server.clock.nowMs() + hourMs).toISOString() })
  expect([ended.status, ended.body.openEnded]).toEqual([200, undefined])
  expect((await http('POST', 'leases/endless/renew')).status).toBe(409)
  await server.until('its end', async () => ((await show('endless')).state === 'ended' ? true : undefined))
})

it('ends when nobody says that it is needed, goes on when somebody does, and its limits hold', patient, async () => {
  await start({ speed: 600, config: 'reservations: { openEnded: { term: 2h, renewWithin: 3h } }' })
  const { body: silent } = await reserve('silent', { openEnded: true })
  const { body: spoken } = await reserve('spoken', { openEnded: true })
  const said = await told(silent, /still needed/)
  expect(said).toMatch(/gleaner leases renew silent says it\.$/)
  await told(spoken, /still needed/)
  const renewed = await http('POST', 'leases/spoken/renew')
  expect(renewed.status, JSON.stringify(renewed.body)).toBe(200)
  expect(Date.parse(renewed.body.openEnded?.renewedAt ?? '')).toBeGreaterThan(Date.parse(spoken.createdAt))
  const { end } = renewed.body
  await server.until('another term', async () => ((await show('spoken')).end > end ? true : undefined))
  await server.until('the end of the silent one', async () =>
    (await show('silent')).state === 'ended' ? true : undefined,
  )
  const wrong = await reserve('wrong', { openEnded: true, duration: '2h' })
  expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringMatching(/^openEnded: /)])
})

it('is bounded by the longest lease its project may have, and an outage does not end it', patient, async () => {
  const database = await createTestDatabase('empty')
  endsToo(() => database.drop())
  const config = 'reservations: { openEnded: { term: 2h, renewWithin: 2000h }, limits: { longest: 9h } }'
  await start({ config, databaseUrl: database.url })
  const { body: lease } = await reserve('endless', { openEnded: true })
  await server.until('its start', async () => ((await show('endless')).state === 'active' ? true : undefined))
  await stopLast()
  // Three hours later: its term is over since an hour.
  await start({ speed: 600, config, databaseUrl: database.url, atMs: testStartMs + 3 * hourMs })
  const grown = await server.until('another term', async () => {
    const now = await show('endless')
    return now.end > lease.end ? now : undefined
  })
  expect(grown.state).toBe('active')
  expect(await told(grown, /longest the project may have/)).toMatch(
    /^The lease "endless" ends at .*: end: the lease would last/,
  )
})
