// Browser sessions, callers without a token, and what a foreign page can make a browser do.
import { VirtualClock } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { apiHarness } from '../testing/api-harness.ts'
import { plainPerson } from '../testing/plain-objects.ts'

const own = { origin: 'http://localhost:7878' }
const login = { method: 'POST', url: '/api/v1/session' } as const

async function loggedIn(role: 'viewer' | 'operator' = 'operator') {
  const clock = new VirtualClock()
  const harness = await apiHarness({ clock })
  const answer = await harness.as(undefined, { ...login, headers: own, payload: { token: harness.secretOf(role) } })
  expect(answer.statusCode).toBe(200)
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  return { ...harness, clock, cookie, first: answer }
}

describe('a browser session', () => {
  it('starts with a token, hides it, and is who the token is', async () => {
    const { as, cookie, first, secretOf, api, content } = await loggedIn()
    expect(first.json()).toMatchObject({ role: 'operator', by: 'session' })
    expect(String(first.headers['set-cookie'])).toContain('HttpOnly; SameSite=Strict')
    expect(cookie).not.toContain(secretOf('operator').slice(4, 20))
    expect((await as(undefined, { url: '/api/v1/whoami', headers: { cookie } })).json()).toMatchObject({
      role: 'operator',
      by: 'session',
    })
    expect(content.audit.map(({ what }) => what)).toEqual(['log in'])
    await api.close()
  })

  it('is marked Secure behind a proxy that ends TLS', async () => {
    const { as, secretOf, api } = await loggedIn()
    const answer = await as(undefined, {
      ...login,
      headers: { ...own, 'x-forwarded-proto': 'https' },
      payload: { token: secretOf('viewer') },
    })
    expect(String(answer.headers['set-cookie'])).toMatch(/; Secure$/)
    await api.close()
  })

  it('changes something only for pages of its own origin', async () => {
    const { as, cookie, api, commanded } = await loggedIn()
    const pause = (headers: Record<string, string>) =>
      as(undefined, { method: 'PUT', url: '/api/v1/pause', payload: {}, headers: { cookie, ...headers } })
    for (const headers of [
      {},
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:7878' },
    ]) {
      const answer = await pause(headers as Record<string, string>)
      expect(answer.statusCode).toBe(403)
      expect(answer.json().code).toBe('origin-refused')
    }
    expect(commanded).toEqual([])
    expect((await pause(own)).statusCode).toBe(200)
    expect((await pause({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200)
    await api.close()
  })

  it('ends when the token is revoked, expires, when its time is over, and on log-out', async () => {
    const revoked = await loggedIn()
    const status = async (session: typeof revoked) =>
      (await session.as(undefined, { url: '/api/v1/status', headers: { cookie: session.cookie } })).statusCode
    expect(await status(revoked)).toBe(200)
    revoked.content.tokens.splice(0)
    expect(await status(revoked)).toBe(401)

    const expired = await loggedIn()
    for (const held of expired.content.tokens) held.token = { ...held.token, expiresAtMs: expired.clock.nowMs() + 1000 }
    expect(await status(expired)).toBe(200)
    await expired.clock.advance(1000)
    expect(await status(expired)).toBe(401)

    const old = await loggedIn()
    await old.clock.advance(12 * 3_600_000 - 1)
    expect(await status(old)).toBe(200)
    await old.clock.advance(1)
    expect(await status(old)).toBe(401)

    const left = await loggedIn()
    const out = await left.as(undefined, {
      method: 'DELETE',
      url: '/api/v1/session',
      headers: { cookie: left.cookie, ...own },
    })
    expect(out.statusCode).toBe(204)
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0')
    expect(await status(left)).toBe(401)
    for (const { api } of [revoked, expired, old, left]) await api.close()
  })

  it('is not forced upon a browser by another site, nor guessed', async () => {
    const { as, secretOf, api } = await loggedIn()
    const token = secretOf('viewer')
    const forced = await as(undefined, { ...login, headers: { origin: 'http://evil.example' }, payload: { token } })
    expect(forced.json().code).toBe('origin-refused')
    expect(forced.headers['set-cookie']).toBeUndefined()
    const wrong = await as(undefined, { ...login, headers: own, payload: { token: `gln_${'A'.repeat(43)}` } })
    expect(wrong.statusCode).toBe(401)
    const guess = { cookie: `gleaner_session=${'A'.repeat(43)}` }
    expect((await as(undefined, { url: '/api/v1/status', headers: guess })).statusCode).toBe(401)
    await api.close()
  })

  it('gives way to a token that is sent as well, also to a wrong one', async () => {
    const { as, cookie, secretOf, api } = await loggedIn()
    const who = await as(secretOf('viewer'), { url: '/api/v1/whoami', headers: { cookie } })
    expect(who.json()).toMatchObject({ role: 'viewer', by: 'token' })
    expect((await as('gln_wrong', { url: '/api/v1/status', headers: { cookie } })).statusCode).toBe(401)
    await api.close()
  })
})

describe('a caller without a token', () => {
  const open = (config = 'anonymous: operator') => apiHarness({ clock: new VirtualClock(), config })

  it('has the configured role on this machine under one of our names', async () => {
    const { as, api } = await open()
    for (const host of ['localhost:7878', '127.0.0.1:7878', '[::1]:7878'])
      expect((await as(undefined, { url: '/api/v1/status', headers: { host } })).statusCode).toBe(200)
    expect((await as(undefined, { url: '/api/v1/whoami' })).json()).toMatchObject({
      name: 'anonymous',
      role: 'operator',
      by: 'anonymous',
    })
    expect((await as(undefined, { url: '/api/v1/tokens' })).statusCode).toBe(403)
    await api.close()
  })

  it('is nobody under a foreign name (DNS rebinding), from elsewhere, or through a proxy', async () => {
    const { as, api } = await open()
    const status = async (request: object) => (await as(undefined, { url: '/api/v1/status', ...request })).statusCode
    for (const host of ['evil.example', 'evil.example:7878', 'localhost.evil.example', '169.254.1.1'])
      expect(await status({ headers: { host } })).toBe(401)
    expect(await status({ remoteAddress: '192.0.2.7' })).toBe(401)
    expect(await status({ remoteAddress: '192.0.2.7', headers: { 'x-forwarded-for': '127.0.0.1' } })).toBe(401)
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
      expect(await status({ headers: { [header]: '127.0.0.1' } })).toBe(401)
    await api.close()
  })

  it('changes something only from our own page', async () => {
    const { as, api, commanded } = await open()
    const pause = async (headers: Record<string, string>) =>
      (await as(undefined, { method: 'PUT', url: '/api/v1/pause', payload: {}, headers })).statusCode
    expect(await pause({})).toBe(403)
    expect(await pause({ origin: 'http://evil.example' })).toBe(403)
    expect(commanded).toEqual([])
    expect(await pause(own)).toBe(200)
    expect(await pause({ host: '127.0.0.1:7878', origin: 'http://127.0.0.1:7878' })).toBe(200)
    await api.close()
  })

  it('cannot be read from another site either', async () => {
    const { as, api } = await open()
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await as(undefined, { url: '/api/v1/status', headers })).statusCode).toBe(403)
    const { headers: answered } = await as(undefined, { url: '/api/v1/status' })
    expect(answered['access-control-allow-origin']).toBeUndefined()
    expect(answered['cross-origin-resource-policy']).toBe('same-origin')
    await api.close()
  })
})

describe('tokens', () => {
  it('for a project that no cloud has are made and told of, as are rights of people', async () => {
    const { as, secretOf, content } = await apiHarness({ clock: new VirtualClock() })
    const admin = secretOf('administrator')
    const make = async (name: string, projects: readonly string[]) =>
      (await as(admin, { method: 'POST', url: '/api/v1/tokens', payload: { name, role: 'member', projects } })).json()
    expect(await make('right', ['physics'])).not.toHaveProperty('remarks')
    expect(await make('wrong', ['physics', 'fysics'])).toMatchObject({
      token: expect.any(String) as string,
      remarks: [expect.stringContaining('No cloud has a project "fysics" now')],
    })
    content.people = [plainPerson()]
    const decide = async (payload: object) =>
      (await as(admin, { method: 'PUT', url: `/api/v1/users/${plainPerson().id}`, payload })).json()
    expect(await decide({ active: true, role: 'member', projects: ['fysics'] })).toHaveProperty('remarks.length', 1)
    expect(await decide({ active: false })).not.toHaveProperty('remarks')
    expect(await decide({ active: true, projects: ['physics'] })).not.toHaveProperty('remarks')
  })

  it('are shown once, work at once, are listed without their secret, and end when revoked', async () => {
    const { as, secretOf, api, content } = await loggedIn()
    const admin = secretOf('administrator')
    const made = await as(admin, {
      method: 'POST',
      url: '/api/v1/tokens',
      payload: { name: 'ci', role: 'member', projects: ['physics'], expiresIn: '30d' },
    })
    const { token, details } = made.json()
    expect(token).toMatch(/^gln_[\w-]{43}$/)
    expect((await as(token, { url: '/api/v1/whoami' })).json()).toEqual({
      name: 'ci',
      role: 'member',
      projects: ['physics'],
      by: 'token',
      endsAt: details.expiresAt,
    })
    const list = await as(admin, { url: '/api/v1/tokens' })
    expect(list.body).not.toContain(token.slice(4))
    expect(JSON.stringify(content.audit)).not.toContain(token.slice(4))
    expect(list.json().items.find((each: { name: string }) => each.name === 'ci')).toMatchObject(details)
    expect((await as(admin, { method: 'DELETE', url: '/api/v1/tokens/ci' })).statusCode).toBe(204)
    expect((await as(token, { url: '/api/v1/whoami' })).statusCode).toBe(401)
    expect((await as(admin, { method: 'DELETE', url: '/api/v1/tokens/ci' })).statusCode).toBe(404)
    expect(content.audit.map(({ what, object }) => `${what} ${object}`)).toEqual([
      'log in session',
      'create token ci',
      'revoke token ci',
    ])
    await api.close()
  })

  it('work for ten minutes more while the database is away, so that somebody can look', async () => {
    const { as, secretOf, api, content } = await loggedIn()
    const viewer = secretOf('viewer')
    expect((await as(viewer, { url: '/api/v1/status' })).statusCode).toBe(200)
    content.down = true
    const during = await as(viewer, { url: '/api/v1/status' })
    expect(during.statusCode).toBe(200)
    expect((await as(viewer, { url: '/api/v1/problems' })).statusCode).toBe(503)
    expect((await as(secretOf('administrator'), { url: '/api/v1/status' })).statusCode).toBe(503)
    await api.close()
  })
})
