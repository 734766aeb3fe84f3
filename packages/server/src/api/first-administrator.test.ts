// The first administrator comes by a link, with a certificate or without.
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificate } from '../testing/make-certificate.ts'
import { alice, authority, behindProxy, cleanUp, status } from './testing/people-scene.ts'

const dayMs = 86_400_000

afterEach(cleanUp)

describe('the first administrator', () => {
  const become = (link: string) => ({
    method: 'POST' as const,
    url: '/api/v1/first-administrator',
    payload: { link },
  })

  it('comes in by the link with a certificate, once', async () => {
    const { ask, firstAdministrator } = await behindProxy()
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    expect((await ask(alice, become('wrong'))).json()).toMatchObject({ code: 'link-not-good' })
    const answer = await ask(alice, become(link))
    expect(answer.json()).toMatchObject({
      who: { name: 'CN=Alice,OU=People', role: 'administrator', by: 'certificate' },
    })
    expect((await ask(alice, { url: '/api/v1/users' })).statusCode).toBe(200)
    const bob = makeCertificate(authority, { subject: [['CN', 'Bob']], serial: 9 })
    expect((await ask(bob, become(link))).json()).toMatchObject({ code: 'link-not-good' })
    expect((await ask(bob, status)).json()).toMatchObject({ code: 'person-inactive' })
  })

  it('gets a token and a session without a certificate; other sites, late comers and guessing do not', async () => {
    const { as, firstAdministrator, clock, content, api } = await behindProxy()
    const own = { headers: { origin: 'http://localhost:7878' } }
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    const elsewhere = { headers: { origin: 'http://evil.example' } }
    expect((await as(undefined, { ...become(link), ...elsewhere })).json()).toMatchObject({ code: 'origin-refused' })
    const answer = await as(undefined, { ...become(link), ...own })
    const { token } = answer.json()
    expect((await as(token, { url: '/api/v1/whoami' })).json()).toMatchObject({ role: 'administrator' })
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    expect((await as(undefined, { url: '/api/v1/whoami', headers: { cookie } })).json()).toMatchObject({
      by: 'session',
    })
    expect(JSON.stringify(content.audit)).not.toContain(token.slice(4))

    const late = firstAdministrator.offer().replace('/#first-administrator=', '')
    await clock.advance(dayMs)
    expect((await as(undefined, { ...become(late), ...own })).json()).toMatchObject({ code: 'link-not-good' })
    for (let nth = 0; nth < 20; nth++) await as(undefined, { ...become('guess'), ...own })
    expect((await as(undefined, { ...become('guess'), ...own })).json()).toMatchObject({ code: 'too-many-attempts' })
    await api.close()
  })

  it('can use the link again when the store was away', async () => {
    const { as, firstAdministrator, content } = await behindProxy()
    const own = { headers: { origin: 'http://localhost:7878' } }
    const link = firstAdministrator.offer().replace('/#first-administrator=', '')
    content.down = true
    expect((await as(undefined, { ...become(link), ...own })).statusCode).toBe(503)
    content.down = false
    expect((await as(undefined, { ...become(link), ...own })).statusCode).toBe(200)
  })
})
