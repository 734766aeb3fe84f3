import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@gleaner/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ApiHarness, apiHarness } from '../testing/api-harness.ts'
import { plainInstances, plainJournalEntry } from '../testing/plain-objects.ts'

/** Waits that end as soon as it is so; the bound is for a busy machine. */
const soon = { timeout: 20_000, interval: 5 }

const endings: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const end of endings.splice(0).reverse()) await end()
})

async function listening(): Promise<ApiHarness & { port: number }> {
  const harness = await apiHarness({ clock: new VirtualClock() })
  await harness.api.listen({ host: '127.0.0.1', port: 0 })
  endings.push(() => harness.api.close())
  return { ...harness, port: (harness.api.server.address() as AddressInfo).port }
}

interface Stream {
  readonly call: ClientRequest
  readonly response: IncomingMessage
  /** Kinds of the events so far. */
  readonly kinds: () => string[]
  readonly text: () => string
  readonly ended: () => boolean
}

function open(port: number, secret: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const call = request(
      { port, host: '127.0.0.1', path: '/api/v1/events', headers: { authorization: `Bearer ${secret}` }, agent: false },
      (response) => {
        let text = ''
        let ended = false
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('close', () => (ended = true))
        response.on('error', () => {})
        resolve({
          call,
          response,
          kinds: () => [...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind ?? ''),
          text: () => text,
          ended: () => ended,
        })
      },
    )
    call.on('error', reject)
    endings.push(() => void call.destroy())
    call.end()
  })
}

describe('live events', () => {
  it('say hello, then what happens, with the item as the API shows it', async () => {
    const { app, port, secretOf } = await listening()
    const stream = await open(port, secretOf('operator'))
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(stream.response.headers['content-security-policy']).toContain("default-src 'self'")
    await vi.waitFor(() => expect(stream.kinds()).toEqual(['hello']), soon)
    const [first] = plainInstances(app.clock.nowMs())
    if (first === undefined) throw new Error('no instance')
    app.hub.tell('journal', plainJournalEntry('act_1', first, app.clock.nowMs()))
    app.hub.tell('plan')
    await vi.waitFor(() => expect(stream.kinds()).toEqual(['hello', 'journal', 'plan']), soon)
    const data = JSON.parse(/^data: (.*journal.*)$/m.exec(stream.text())?.[1] ?? 'null')
    expect(data).toMatchObject({
      kind: 'journal',
      item: { id: 'act_1', instance: 'web-1', project: 'physics', intendedAt: '2025-06-02T07:00:00.000Z' },
    })
  })

  it('tell a member about its own projects only', async () => {
    const { app, port, secretOf } = await listening()
    const stream = await open(port, secretOf('member', ['physics']))
    for (const instance of plainInstances(app.clock.nowMs()))
      app.hub.tell('journal', plainJournalEntry(`act_${instance.name}`, instance, app.clock.nowMs()))
    app.hub.tell('problem', { id: 'p', subject: 'instance lab:web-2', sentence: 's' })
    app.hub.tell('settings')
    await vi.waitFor(() => expect(stream.kinds()).toContain('settings'), soon)
    expect(stream.kinds()).toEqual(['hello', 'journal', 'journal', 'settings'])
    expect(stream.text()).not.toMatch(/web-2|db-1/)
  })

  it('end when the token is revoked, at the next sign of life', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { app, port, secretOf, content } = await listening()
    const stream = await open(port, secretOf('viewer'))
    await vi.waitFor(() => expect(app.hub.listeners).toBe(2), soon)
    vi.advanceTimersByTime(15_000)
    await vi.waitFor(() => expect(stream.text()).toContain(': alive'), soon)
    content.down = true
    vi.advanceTimersByTime(15_000)
    await vi.waitFor(() => expect(stream.text().match(/: alive/g)).toHaveLength(2), soon)
    content.down = false
    content.tokens.splice(0)
    vi.advanceTimersByTime(15_000)
    await vi.waitFor(() => expect(stream.ended()).toBe(true), soon)
    await vi.waitFor(() => expect(app.hub.listeners).toBe(1), soon)
  })

  it('drop a client that does not read, and nobody else', async () => {
    const { app, port, secretOf } = await listening()
    const slow = await open(port, secretOf('operator'))
    const quick = await open(port, secretOf('administrator'))
    slow.response.pause()
    slow.call.socket?.pause()
    const item = { filler: 'x'.repeat(10_000) }
    let told = 0
    await vi.waitFor(() => {
      for (let i = 0; i < 20; i++, told++) app.hub.tell('inventory', item)
      expect(app.hub.listeners).toBe(2)
    }, soon)
    await vi.waitFor(() => expect(quick.kinds().filter((kind) => kind === 'inventory')).toHaveLength(told), {
      timeout: 10_000,
    })
  })

  it('forget a thousand clients that leave, and end with the server', async () => {
    const { app, port, secretOf, api } = await listening()
    const secret = secretOf('viewer')
    const streams = await Promise.all(Array.from({ length: 1000 }, () => open(port, secret)))
    await vi.waitFor(() => expect(app.hub.listeners).toBe(1001), soon)
    for (const { call } of streams.slice(0, 990)) call.destroy()
    await vi.waitFor(() => expect(app.hub.listeners).toBe(11), soon)
    app.hub.tell('plan')
    await api.close()
    await vi.waitFor(() => expect(streams.slice(990).every((stream) => stream.ended())).toBe(true), soon)
    expect(app.hub.listeners).toBe(0)
  })
})
