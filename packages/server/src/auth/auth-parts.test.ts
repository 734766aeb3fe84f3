import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GleanerError, type ProjectId, cloudId, projectId } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import type { StoredToken, TokenStore } from '@gleaner/ports'
import type { FastifyRequest } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { FailureLimiter } from './failure-limiter.ts'
import { LocalToken, localTokenFile } from './local-token.ts'
import { hostNameOf, isLocalPeer, isOwnHost } from './peer.ts'
import { requireSameOrigin } from './same-origin.ts'
import { Sessions, sessionIdIn } from './sessions.ts'
import { TokenDirectory } from './token-directory.ts'
import { hashSecret, looksLikeSecret, newSecret } from './token-secret.ts'
import { visibilityOf } from './visibility.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'gleaner-auth-'))
  folders.push(made)
  return made
}

function requestFrom(parts: { peer?: string; method?: string; headers?: Record<string, string> }): FastifyRequest {
  const { peer = '127.0.0.1', method = 'GET', headers = {} } = parts
  return { method, headers, socket: { remoteAddress: peer } } as unknown as FastifyRequest
}

describe('a secret', () => {
  it('has 256 random bits, looks like one, and is kept as a hash of 32 bytes', () => {
    const secrets = new Set(Array.from({ length: 1000 }, newSecret))
    expect(secrets.size).toBe(1000)
    for (const secret of secrets) expect(looksLikeSecret(secret)).toBe(true)
    expect(hashSecret('gln_x')).toHaveLength(32)
  })
  it.each(['', 'gln_', 'gln_short', `gln_${'a'.repeat(44)}`, `GLN_${'a'.repeat(43)}`, `gln_${'a'.repeat(42)}!`])(
    'is not %j',
    (text) => expect(looksLikeSecret(text)).toBe(false),
  )
})

describe('the local token', () => {
  it('is readable by its owner only, matches itself, and leaves with the server', async () => {
    const directory = folder()
    const token = await LocalToken.create(directory)
    const file = localTokenFile(directory)
    const secret = readFileSync(file, 'utf8').trim()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(token.matches(hashSecret(secret))).toBe(true)
    expect(token.matches(hashSecret(newSecret()))).toBe(false)
    expect(token.matches(new Uint8Array(3))).toBe(false)
    await token.remove()
    expect(existsSync(file)).toBe(false)
  })

  it('replaces the one of a server that died, and leaves that of a server that came after', async () => {
    const directory = folder()
    writeFileSync(localTokenFile(directory), 'left over', { mode: 0o644 })
    const first = await LocalToken.create(directory)
    expect(statSync(localTokenFile(directory)).mode & 0o777).toBe(0o600)
    const second = await LocalToken.create(directory)
    await first.remove()
    expect(second.matches(hashSecret(readFileSync(localTokenFile(directory), 'utf8').trim()))).toBe(true)
  })

  it('says which directory cannot be written', async () => {
    await expect(LocalToken.create(join(folder(), 'missing'))).rejects.toMatchObject({
      code: 'state-directory-unusable',
    })
  })
})

describe('the limiter of failures', () => {
  it('lets a burst pass, then one more for each refill, per peer', () => {
    const limiter = new FailureLimiter({ burst: 3, refillMs: 1000, maxPeers: 10 })
    for (let i = 0; i < 3; i++) {
      expect(limiter.allows('a', 0)).toBe(true)
      limiter.failed('a', 0)
    }
    expect(limiter.allows('a', 0)).toBe(false)
    expect(limiter.allows('a', 999)).toBe(false)
    expect(limiter.allows('a', 1000)).toBe(true)
    expect(limiter.allows('b', 0)).toBe(true)
  })
  it('forgets the peer seen longest ago rather than growing', () => {
    const limiter = new FailureLimiter({ burst: 1, refillMs: 1e9, maxPeers: 2 })
    for (const peer of ['a', 'b', 'c']) limiter.failed(peer, 0)
    expect(['a', 'b', 'c'].map((peer) => limiter.allows(peer, 0))).toEqual([true, false, false])
  })
  it('survives a clock that goes backwards', () => {
    const limiter = new FailureLimiter({ burst: 1, refillMs: 1000, maxPeers: 2 })
    limiter.failed('a', 10_000)
    expect(limiter.allows('a', 0)).toBe(false)
  })
})

describe('where a request comes from', () => {
  it.each([
    ['localhost:7878', 'localhost'],
    ['[::1]:7878', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['EXAMPLE.org', 'example.org'],
    ['a b', undefined],
    ['evil.com/@localhost', undefined],
    ['localhost\r\nx: y', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('host name of %j is %j', (authority, name) => expect(hostNameOf(authority)).toBe(name))

  it('knows its own names and takes no other for them', () => {
    for (const own of ['localhost:1', '127.0.0.1:7878', '127.9.9.9', '[::1]', 'gleaner.lan:7878'])
      expect(isOwnHost(own, 'gleaner.lan')).toBe(true)
    for (const foreign of ['evil.com', 'localhost.evil.com', '127.0.0.1.evil.com', '1270.0.0.1', '0.0.0.0', ''])
      expect(isOwnHost(foreign, 'gleaner.lan')).toBe(false)
  })

  it('is local only on this machine and without a proxy in between', () => {
    expect(isLocalPeer(requestFrom({ peer: '::ffff:127.0.0.1' }))).toBe(true)
    expect(isLocalPeer(requestFrom({ peer: '::1' }))).toBe(true)
    expect(isLocalPeer(requestFrom({ peer: '10.0.0.1' }))).toBe(false)
    for (const header of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])
      expect(isLocalPeer(requestFrom({ headers: { [header]: 'x' } }))).toBe(false)
  })
})

describe('the same origin', () => {
  const verdict = (method: string, headers: Record<string, string>) => {
    try {
      requireSameOrigin(requestFrom({ method, headers: { host: 'localhost:7878', ...headers } }))
      return 'allowed'
    } catch (error) {
      return (error as GleanerError).code
    }
  }
  it.each([
    ['GET', {}, 'allowed'],
    ['GET', { 'sec-fetch-site': 'none' }, 'allowed'],
    ['GET', { 'sec-fetch-site': 'cross-site' }, 'origin-refused'],
    ['POST', { 'sec-fetch-site': 'same-origin' }, 'allowed'],
    ['POST', { origin: 'http://localhost:7878' }, 'allowed'],
    ['POST', { origin: 'https://LOCALHOST:7878' }, 'allowed'],
    ['POST', {}, 'origin-refused'],
    ['POST', { origin: 'null' }, 'origin-refused'],
    ['POST', { origin: 'http://evil.com' }, 'origin-refused'],
    ['POST', { origin: 'http://localhost:7879' }, 'origin-refused'],
    ['POST', { origin: 'http://localhost:7878@evil.com' }, 'origin-refused'],
    ['POST', { 'sec-fetch-site': 'same-site' }, 'origin-refused'],
    ['POST', { 'sec-fetch-site': 'none' }, 'origin-refused'],
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'http://evil.com' }, 'origin-refused'],
    ['DELETE', { 'sec-fetch-site': 'cross-site' }, 'origin-refused'],
    ['PUT', { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:7878' }, 'origin-refused'],
  ])('%s with %j: %s', (method, headers, expected) => expect(verdict(method, headers)).toBe(expected))
})

describe('sessions', () => {
  const hash = hashSecret('x')
  it('give the hash of their token until they end', () => {
    const sessions = new Sessions({ lifeMs: 1000, most: 10 })
    const id = sessions.start(hash, 0)
    expect(sessions.tokenHashOf(id, 999)).toEqual(hash)
    expect(sessions.tokenHashOf(id, 1000)).toBeUndefined()
    const other = sessions.start(hash, 0)
    sessions.end(other)
    expect(sessions.tokenHashOf(other, 1)).toBeUndefined()
    expect(sessions.tokenHashOf('guess', 1)).toBeUndefined()
  })
  it('drop those that ended, then the oldest, rather than growing', () => {
    const sessions = new Sessions({ lifeMs: 100, most: 2 })
    const ended = sessions.start(hash, 0)
    const second = sessions.start(hash, 90)
    const third = sessions.start(hash, 150)
    expect(sessions.tokenHashOf(ended, 151)).toBeUndefined()
    expect(sessions.tokenHashOf(second, 151)).toEqual(hash)
    const fourth = sessions.start(hash, 151)
    expect(sessions.tokenHashOf(second, 151)).toBeUndefined()
    expect([third, fourth].map((id) => sessions.tokenHashOf(id, 152) !== undefined)).toEqual([true, true])
  })
  it('are kept in a cookie that no script reads and no other site sends', () => {
    const sessions = new Sessions()
    const id = sessions.start(hash, 0)
    expect(sessions.setCookie(id, true)).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/)
    expect(sessionIdIn(`a=b; gleaner_session=${id}; c=d`)).toBe(id)
    for (const bad of ['', 'gleaner_session=', 'gleaner_session=x', `xgleaner_session=${id}`, '=;;=', undefined])
      expect(sessionIdIn(bad)).toBeUndefined()
  })
})

describe('what a caller may see', () => {
  const lab = cloudId('lab')
  const other = cloudId('other')
  const names = new Map<ProjectId, string>([
    [projectId(lab, '1'), 'physics'],
    [projectId(lab, '2'), 'chemistry'],
    [projectId(other, '7'), 'physics'],
  ])
  const seen = (role: 'viewer' | 'member' | 'operator' | 'administrator', projects: string[]) => {
    const sight = visibilityOf({ role, projects }, names)
    return [...names.keys()].filter((id) => sight.sees(id))
  }
  it('is everything for operators and administrators, whatever projects they name', () => {
    expect(seen('operator', ['lab:1'])).toHaveLength(3)
    expect(seen('administrator', [])).toHaveLength(3)
  })
  it('is nothing for a member without projects, and only its own for one with', () => {
    expect(seen('member', [])).toEqual([])
    expect(seen('member', ['physics'])).toEqual(['lab:1', 'other:7'])
    expect(seen('member', ['lab:2'])).toEqual(['lab:2'])
    expect(seen('member', ['2'])).toEqual([])
  })
  it('is narrowed for a viewer only when the token names projects', () => {
    expect(seen('viewer', [])).toHaveLength(3)
    expect(seen('viewer', ['chemistry'])).toEqual(['lab:2'])
  })
  it('tells the store the same projects, those included that no reading shows any more', () => {
    const sight = visibilityOf({ role: 'member', projects: ['physics', 'lab:gone'] }, names)
    expect(sight.projectIds).toEqual(['lab:gone', 'lab:1', 'other:7'])
    expect(visibilityOf({ role: 'operator', projects: [] }, names).projectIds).toBeUndefined()
  })
})

describe('the token directory', () => {
  function setUp() {
    const clock = new VirtualClock()
    const secret = newSecret()
    let stored: StoredToken | undefined = {
      id: 'tok_1',
      name: 'ci',
      role: 'operator',
      projects: [],
      createdAtMs: 0,
      createdBy: 'me',
      expiresAtMs: clock.nowMs() + 3_600_000,
      lastUsedAtMs: undefined,
    }
    let down = false
    const touched: number[] = []
    const tokens: TokenStore = {
      list: async () => [],
      create: async () => Promise.reject(new Error('unused')),
      findByHash: async (hash) => {
        if (down) throw new GleanerError('store-unavailable', { detail: 'gone' })
        return Buffer.from(hash).equals(hashSecret(secret)) ? stored : undefined
      },
      touch: async (_id, nowMs) => {
        touched.push(nowMs)
        if (down) throw new GleanerError('store-unavailable', { detail: 'gone' })
      },
      remove: async () => {},
    }
    const directory = new TokenDirectory({ tokens, localToken: undefined, clock, onTouchFailure: () => {} })
    return {
      clock,
      touched,
      find: () => directory.find(hashSecret(secret)),
      directory,
      revoke: () => (stored = undefined),
      cutStore: () => (down = true),
    }
  }

  it('notes the use at most once a minute', async () => {
    const { find, clock, touched } = setUp()
    for (let i = 0; i < 5; i++) {
      await find()
      await clock.advance(30_000)
    }
    expect(touched).toHaveLength(3)
  })

  it('ends with the expiry to the millisecond, and at once when revoked', async () => {
    const { find, clock, revoke } = setUp()
    await clock.advance(3_599_999)
    expect(await find()).toMatchObject({ name: 'ci', role: 'operator' })
    await clock.advance(1)
    expect(await find()).toBeUndefined()
    const second = setUp()
    expect(await second.find()).toMatchObject({ name: 'ci', role: 'operator' })
    second.revoke()
    expect(await second.find()).toBeUndefined()
    revoke()
  })

  it('remembers good tokens for ten minutes while the store is away, and no longer', async () => {
    const { find, clock, cutStore } = setUp()
    await find()
    cutStore()
    await clock.advance(599_000)
    expect(await find()).toMatchObject({ name: 'ci' })
    await clock.advance(1000)
    await expect(find()).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  it('does not bring back a token that was revoked here or found revoked, when the store goes away', async () => {
    const first = setUp()
    await first.find()
    first.directory.forget('tok_1')
    first.cutStore()
    await expect(first.find()).rejects.toMatchObject({ code: 'store-unavailable' })
    const second = setUp()
    await second.find()
    second.revoke()
    await second.find()
    second.cutStore()
    await expect(second.find()).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})
