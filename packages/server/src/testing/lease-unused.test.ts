// Leases that nobody uses, on a whole server: warned, ended at the announced moment, kept as soon as they are used.
import { type Host, type Instance, type Lease, projectId } from '@gleaner/model'
import { afterEach, expect, it } from 'vitest'
import { request, start } from './lease-scene.ts'
import { never, patient, reading, server, stopAll } from './scene.ts'
import { operator } from './test-server.ts'

const minuteMs = 60_000
afterEach(stopAll)

const project = () => projectId(server.cloud.id, 'web-shop')
const ownOn = async (host: Host): Promise<readonly Instance[]> =>
  (await server.cloud.observe(never)).instances.filter(
    ({ hostId, projectId: of }) => hostId === host.id && of === project(),
  )

/** A lease that begins now, on a host on which its project has nothing. */
async function reserve(host: Host): Promise<Lease> {
  for (const { id } of await ownOn(host)) server.cloud.actByHand(id, 'delete')
  await server.until('its instances to be gone from the reading', () => {
    const there = reading()?.instancesOfHost.get(host.id) ?? []
    return there.some(({ projectId: of }) => of === project()) ? undefined : true
  })
  const startMs = server.clock.nowMs()
  const filter = { notation: 'cel', text: `name == "${host.name}"` } as const
  return server.app.commands.makeLease(
    request(`on ${host.name}`, {
      window: { startMs, endMs: startMs + 6000 * minuteMs },
      reservations: [{ wish: { kind: 'hosts', min: 1, max: 1 }, filter }],
    }),
    operator,
  )
}

const stored = async ({ id }: Lease) => server.app.store.leases.find(id)
const problemOf = async ({ id }: Lease) =>
  (await server.app.store.problems.list({ includeClosed: false })).find(
    ({ subject, code }) => subject.includes(id) && code === 'lease-unused',
  )
const warned = (lease: Lease) =>
  server.until('the warning', async () => {
    const now = await stored(lease)
    return now?.unused !== undefined && (await problemOf(lease)) !== undefined ? now : undefined
  })

it('a lease that nobody uses is warned and ended as announced; one that is used again is kept', patient, async () => {
  await start({ speed: 120, config: 'reservations: { unused: { warn: 30m, end: 120m } }' })
  const [first, second] = (await server.cloud.observe(never)).hosts
  if (first === undefined || second === undefined) throw new Error('no hosts')
  const idle = await reserve(first)
  const busy = await reserve(second)
  const told = await warned(idle)
  const { warnedAtMs = 0, endsAtMs = 0, sinceMs = 0 } = told.unused ?? {}
  expect(warnedAtMs - sinceMs).toBeGreaterThanOrEqual(30 * minuteMs)
  expect(endsAtMs - warnedAtMs).toBe(90 * minuteMs)
  expect((await problemOf(idle))?.sentence).toContain(`It is ended at ${new Date(endsAtMs).toISOString()}`)
  await warned(busy)
  await server.cloud.creation.create(
    {
      vcpus: 1,
      memoryMiB: 512,
      diskGiB: 1,
      name: 'at-last',
      projectId: project(),
      hostId: second.id,
      flavor: undefined,
      firmness: 'firm',
      tags: [],
      idempotencyKey: 'at-last',
    },
    never,
  )
  await server.until('the warning to be void', async () =>
    (await stored(busy))?.unused === undefined && (await problemOf(busy)) === undefined ? true : undefined,
  )

  const ended = await server.until('the unused one to end', async () => {
    const now = await stored(idle)
    return now?.state === 'ended' ? now : undefined
  })
  expect(ended.span.endMs).toBeGreaterThanOrEqual(endsAtMs)
  expect(ended.span.endMs).toBeLessThan(idle.span.endMs)
  expect(ended.unused?.endedAtMs).toBeGreaterThanOrEqual(endsAtMs)
  await server.until('its problem to be over', async () => ((await problemOf(idle)) === undefined ? true : undefined))
  const { items } = await server.app.store.audit.list({ limit: 200, offset: 0 })
  const said = items
    .filter(({ object }) => object === `${idle.name} (${idle.id})`)
    .map(({ what, by }) => `${by}: ${what}`)
  expect(said).toEqual(expect.arrayContaining(['gleaner: warn of unused lease', 'gleaner: end unused lease']))
  expect((await stored(busy))?.state).toBe('active')
})

it('nothing is warned of or ended unless the configuration says so', patient, async () => {
  await start({ speed: 120 })
  const [host] = (await server.cloud.observe(never)).hosts
  if (host === undefined) throw new Error('no host')
  const lease = await reserve(host)
  const from = server.clock.nowMs()
  await server.until('an hour to pass', () => (server.clock.nowMs() > from + 60 * minuteMs ? true : undefined))
  expect(await stored(lease)).toMatchObject({ state: 'active' })
  expect((await stored(lease))?.unused).toBeUndefined()
})
