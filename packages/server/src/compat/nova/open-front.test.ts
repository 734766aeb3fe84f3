// Where the front answers: beside the API on one address, or alone on its own.
import { VirtualClock } from '@gleaner/testkit'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApi } from '../../api/build-api.ts'
import { hashSecret, newSecret } from '../../auth/token-secret.ts'
import { plainApplication } from '../../testing/plain-application.ts'
import { type OpenFront, openFront } from './open-front.ts'
import { FakeNova } from './testing/fake-nova.ts'
import { addressOf, listening, send } from './testing/front-harness.ts'

describe('beside the API', () => {
  const nova = new FakeNova()
  const clock = new VirtualClock()
  const secret = newSecret()
  let close: () => Promise<void>
  let base: string
  beforeAll(async () => {
    const upstream = await listening(createServer(nova.listener))
    const url = addressOf(upstream)
    const plain = plainApplication({
      clock,
      config: `anonymous: nobody\nclouds: [{ id: lab, kind: simulated }]\nfront: { cloud: lab, upstream: "${url}", identity: "${url}/identity" }`,
    })
    plain.content.tokens.push({
      token: {
        id: 'tok_1',
        name: 'scraper',
        role: 'viewer',
        projects: [],
        createdAtMs: 0,
        createdBy: 'test',
        expiresAtMs: undefined,
        lastUsedAtMs: undefined,
      },
      sha256: hashSecret(secret),
    })
    const { front: settings } = plain.app.config
    if (settings === undefined) throw new Error('there is no front')
    const front: OpenFront = await openFront(plain.app, settings)
    const api = buildApi(plain.app, { wallClock: clock, front })
    await api.listen({ host: '127.0.0.1', port: 0 })
    base = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`
    close = async () => {
      await front.close()
      await api.close()
      upstream.closeAllConnections()
      upstream.close()
    }
  })
  afterAll(() => close())

  it('serves nova below /compute, with nothing of the API in its answers', async () => {
    const answer = await send(base, { path: '/compute/v2.1/' })
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).toContain(`"href": "${base}/compute/v2.1/"`)
    expect(answer.headers['content-security-policy']).toBeUndefined()
    expect(answer.headers['cache-control']).toBeUndefined()
  })

  it('leaves everything else to the API', async () => {
    expect((await send(base, { path: '/healthz' })).json()).toEqual({ status: 'up' })
    const status = await send(base, { path: '/api/v1/status' })
    expect(status.status).toBe(401)
    expect(status.headers['content-security-policy']).toBeDefined()
    expect((await send(base, { path: '/computer' })).headers['x-frame-options']).toBe('DENY')
  })

  it('takes no token of Gleaner for one of nova', async () => {
    const answer = await send(base, { path: '/compute/v2.1/servers', headers: ['Authorization', `Bearer ${secret}`] })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBeUndefined()
  })

  it('counts what passed', async () => {
    const { body } = await send(base, { path: '/metrics', headers: ['Authorization', `Bearer ${secret}`] })
    const text = body.toString()
    expect(text).toContain('gleaner_front_requests_open 0')
    expect(text).toMatch(/gleaner_front_requests_total\{kind="other",outcome="2xx"\} 1\n/)
    expect(text).toMatch(/gleaner_front_requests_total\{kind="list",outcome="4xx"\} 1\n/)
  })
})

describe('on an address of its own', () => {
  it('answers nothing but the compute API', async () => {
    const upstream = await listening(createServer(new FakeNova().listener))
    const url = addressOf(upstream)
    const { app } = plainApplication({
      clock: new VirtualClock(),
      config: `clouds: [{ id: lab, kind: simulated }]\nfront: { cloud: lab, upstream: "${url}", identity: "${url}", listen: "127.0.0.1:0", publicUrl: "https://cloud.example/compute" }`,
    })
    const { front: settings } = app.config
    if (settings === undefined) throw new Error('there is no front')
    const front = await openFront(app, settings)
    const own = `http://127.0.0.1:${front.port}`
    expect(front.takes('/compute/v2.1')).toBe(false)
    expect((await send(own, { path: '/compute/v2.1/' })).body.toString()).toContain(
      '"https://cloud.example/compute/v2.1/"',
    )
    for (const path of ['/', '/api/v1/status', '/metrics', '/healthz'])
      expect((await send(own, { path })).status).toBe(404)
    const { port = 0 } = front
    const taken = openFront(app, { ...settings, listen: { host: '127.0.0.1', port } })
    await expect(taken).rejects.toMatchObject({ code: 'address-in-use' })
    await front.close()
    upstream.closeAllConnections()
    upstream.close()
  })
})
