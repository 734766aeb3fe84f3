// What services do wrong, over real HTTP: errors, garbage, nothing, too much; tokens that end in the middle.
import { afterEach, describe, expect, it } from 'vitest'
import { isMarkerGone } from './nova-client.ts'
import { type OpenStackConnection, openConnection } from './openstack-connection.ts'
import { OpenStackError } from './openstack-error.ts'
import { settingsFromEntry } from './cloud-settings.ts'
import { PatientClock } from './testing/patient-clock.ts'
import { type Asked, type Script, ScriptedService, type Told, tokenAnswer } from './testing/scripted-service.ts'

const never = new AbortController().signal
const timeoutMs = 12_345
const password = 'a-secret-that-must-not-be-seen'
const open: { service: ScriptedService; connection: OpenStackConnection }[] = []

afterEach(async () => {
  for (const { service, connection } of open.splice(0)) {
    await connection.close()
    await service.stop()
  }
})

const versions: Told = { body: { version: { version: '2.93', min_version: '2.1' } } }

/** Keystone and the versions answer well; the rest is the script's. */
async function start(script: Script, { attempts = 3, clock = new PatientClock(timeoutMs), life = 3_600_000 } = {}) {
  let tokens = 0
  const service = await ScriptedService.start((asked) => {
    if (asked.path.endsWith('/auth/tokens')) return tokenAnswer(`token-${++tokens}`, service.url, life)
    if (asked.path === '/compute/v2.1/') return versions
    return script(asked)
  })
  const auth = { auth_url: service.url, username: 'gleaner', password, project_name: 'p' }
  const retry = { attempts, baseMs: 1, longestPauseMs: 5_000, random: () => 0 }
  const connection = openConnection({ settings: settingsFromEntry({ auth }), clock, timeoutMs, retry })
  open.push({ service, connection })
  const asked = () => service.asked.filter(({ path }) => path.includes('/servers') || path.includes('/os-services'))
  return { service, connection, asked, clock, tokens: () => tokens }
}

const server = (id: string) => ({
  id,
  name: id,
  status: 'ACTIVE',
  tenant_id: 'p',
  flavor: { vcpus: 1, ram: 512, disk: 1 },
})

describe('a service that fails', () => {
  it.each([500, 502, 503, 504])('with %s is asked again, and answers', async (status) => {
    let left = 2
    const { connection, asked } = await start(() => (left-- > 0 ? { status } : { body: { server: server('a') } }))
    expect((await connection.nova.server('a', never))?.id).toBe('a')
    expect(asked()).toHaveLength(3)
  })

  it('for good is told with status and its own words', async () => {
    const body = { computeFault: { code: 500, message: 'Unexpected API Error.\n  Please report this.' } }
    const { connection } = await start(() => ({ status: 500, body }))
    await expect(connection.nova.server('a', never)).rejects.toMatchObject({
      fault: 'rejected',
      status: 500,
      message: 'compute GET /servers/a: 500, Unexpected API Error. Please report this',
    })
  })

  it.each([
    ['413', 413],
    ['429', 429],
  ])('asks for patience with %s, and is given it, also for what must be done once', async (_, status) => {
    let left = 1
    const { connection, asked, clock } = await start(() =>
      left-- > 0 ? { status, headers: { 'retry-after': '3' } } : { status: 202, body: '' },
    )
    await connection.nova.act('a', { body: { suspend: null } }, never)
    expect(asked()).toHaveLength(2)
    expect(clock.slept).toEqual([3_000])
  })

  it('in the middle of what must be done once is not asked again', async () => {
    const { connection, asked } = await start(() => 'drop')
    await expect(connection.nova.act('a', { body: { suspend: null } }, never)).rejects.toMatchObject({
      fault: 'unreachable',
    })
    expect(asked()).toHaveLength(1)
  })

  it('to answer in time is told', async () => {
    const { connection, service, asked, clock } = await start(() => 'hang', { attempts: 1 })
    const asking = connection.nova.server('a', never)
    const ended = expect(asking).rejects.toMatchObject({
      fault: 'deadline',
      message: `no answer within ${timeoutMs} ms from GET ${new URL(service.url).host}/compute/v2.1/servers/a`,
    })
    while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve))
    clock.expire()
    await ended
  })

  it('is left at once by whoever gives up', async () => {
    const { connection, asked } = await start(() => 'hang')
    const giveUp = new AbortController()
    const asking = connection.nova.server('a', giveUp.signal)
    const ended = expect(asking).rejects.toBe('enough')
    while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve))
    giveUp.abort('enough')
    await ended
  })
})

describe('an answer that makes no sense', () => {
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '<html>502 Bad Gateway</html>', /the answer is no JSON/],
    ['half of it', '{"server": {"id": "a"', /the answer is no JSON/],
    ['nothing', '', /GET \/servers\/a is no object/],
    ['another shape', { servers: [] }, /\.server is no object/],
    ['a list for an object', { server: [] }, /\.server is no object/],
    ['without an id', { server: { ...server('a'), id: 7 } }, /\.server\.id is no text/],
    [
      'a size below nothing',
      { server: { ...server('a'), flavor: { vcpus: -1, ram: 1, disk: 1 } } },
      /vcpus is no amount/,
    ],
    ['a size that is no number', { server: { ...server('a'), flavor: { vcpus: 'many', ram: 1, disk: 1 } } }, /vcpus/],
    ['a time that is none', { server: { ...server('a'), created: 'yesterday' } }, /created is no time/],
  ])('is refused with the place: %s', async (_, body, message) => {
    const { connection } = await start(() => ({ body }))
    const error = await connection.nova.server('a', never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ fault: 'broken' })
    expect(String(error)).toMatch(message)
  })

  it('for one server in a list does not hide the others', async () => {
    const broken = { ...server('b'), flavor: {} }
    const { connection } = await start(() => ({ body: { servers: [server('a'), broken, server('c')] } }))
    const [page] = await all(connection.nova.servers({}, never))
    expect(page?.servers.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(page?.faults).toMatchObject([{ id: 'b', error: { fault: 'broken' } }])
  })

  it('that never ends is cut off', async () => {
    const { connection } = await start(() => ({ body: `"${'x'.repeat(65 * 1024 * 1024)}"` }))
    await expect(connection.nova.server('a', never)).rejects.toThrow(/more than 67108864 bytes/)
  })

  it('whose pages go round in a circle is refused', async () => {
    const next = [{ rel: 'next', href: 'http://nowhere/servers/detail?marker=a' }]
    const { connection } = await start(() => ({ body: { servers: [server('a')], servers_links: next } }))
    await expect(all(connection.nova.servers({}, never))).rejects.toThrow(/go round in a circle/)
  })
})

describe('pages', () => {
  it('are followed by their query alone, wherever their links point', async () => {
    const { connection, asked } = await start(({ path }) =>
      path.includes('marker=b')
        ? { body: { servers: [server('c')] } }
        : {
            body: {
              servers: [server('a'), server('b')],
              servers_links: [{ rel: 'next', href: 'http://inside.example/v2.1/servers/detail?marker=b&limit=2' }],
            },
          },
    )
    const pages = await all(connection.nova.servers({}, never))
    expect(pages.flatMap(({ servers }) => servers.map(({ id }) => id))).toEqual(['a', 'b', 'c'])
    expect(asked().map(({ path }) => path)[1]).toBe('/compute/v2.1/servers/detail?marker=b&limit=2')
  })

  it('tell when the server they start at was deleted', async () => {
    const body = { badRequest: { code: 400, message: 'marker [x] not found' } }
    const { connection } = await start(() => ({ status: 400, body }))
    const error = await all(connection.nova.servers({}, never)).catch((thrown: unknown) => thrown)
    expect(isMarkerGone(error)).toBe(true)
  })
})

describe('a token', () => {
  const isToken = (asked: Asked, id: string) => asked.headers['x-auth-token'] === id

  it('that ends in the middle is renewed once, and the call goes on', async () => {
    const { connection, tokens } = await start((asked) =>
      isToken(asked, 'token-1') ? { status: 401 } : { status: 202, body: '' },
    )
    await connection.nova.act('a', { body: { suspend: null } }, never)
    expect(tokens()).toBe(2)
  })

  it('that is never accepted is told, and not asked for again and again', async () => {
    const { connection, tokens } = await start(() => ({ status: 401 }))
    await expect(connection.nova.server('a', never)).rejects.toMatchObject({ fault: 'unauthenticated', status: 401 })
    expect(tokens()).toBe(2)
  })

  it('is asked for once by all who need it', async () => {
    const { connection, tokens } = await start(() => ({ body: { server: server('a') } }))
    await Promise.all(Array.from({ length: 10 }, () => connection.nova.server('a', never)))
    expect(tokens()).toBe(1)
  })

  it('is renewed before its life ends, whatever keystone’s clock says', async () => {
    const { connection, tokens, clock } = await start(() => ({ body: { server: server('a') } }), { life: 100_000 })
    await connection.nova.server('a', never)
    clock.now += 89_000
    await connection.nova.server('a', never)
    expect(tokens()).toBe(1)
    clock.now += 2_000
    await connection.nova.server('a', never)
    expect(tokens()).toBe(2)
  })

  it('for another project is asked for with that project', async () => {
    const { connection, service } = await start(() => ({ body: { server: server('a') } }))
    await connection.nova.forProject('other').server('a', never)
    const [auth] = service.asked.filter(({ path }) => path.endsWith('/auth/tokens')).slice(-1)
    expect(JSON.parse(auth?.body ?? '')).toMatchObject({ auth: { scope: { project: { id: 'other' } } } })
  })
})

describe('secrets', () => {
  it('are in no error, whatever happens', async () => {
    for (const script of [
      () => 'drop' as const,
      () => ({ status: 401 }),
      () => ({ status: 500, body: '<html>' }),
      () => ({ body: 'garbage' }),
    ]) {
      const { connection } = await start(script, { attempts: 1 })
      const error = (await connection.nova.server('a', never).catch((thrown: unknown) => thrown)) as OpenStackError
      expect(error).toBeInstanceOf(OpenStackError)
      const all = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join('\n')
      expect(all).not.toContain(password)
      expect(all).not.toContain('token-')
    }
  })
})

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of list) found.push(item)
  return found
}
