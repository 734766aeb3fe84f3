import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LiveEvent } from '@gleaner/model'
import { createClient } from './create-client.ts'
import type { SubscriptionState } from './subscribe.ts'

/** Waits that end as soon as it is so; the bound is for a busy machine. */
const soon = { timeout: 20_000, interval: 5 }

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

async function serve(answer: (response: ServerResponse, connection: number) => void): Promise<string> {
  let connections = 0
  const server = createServer((_, response) => answer(response, ++connections))
  endings.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const frame = (kind: string) => `event: ${kind}\ndata: ${JSON.stringify({ kind, at: '2030-01-01T00:00:00Z' })}\n\n`

describe('subscribe', () => {
  it('hands events over, skips what it cannot read, and opens the stream again when it ends', async () => {
    const baseUrl = await serve((response, connection) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (connection === 1)
        response.end(`${frame('hello')}data: no json\n\n${frame('from-the-future')}${frame('plan')}`)
      else response.write(frame('journal'))
    })
    const stop = new AbortController()
    const events: LiveEvent[] = []
    const states: SubscriptionState[] = []
    const ended = createClient({ baseUrl }).subscribe((event) => events.push(event), {
      signal: stop.signal,
      onState: (state) => states.push(state),
      firstDelayMs: 5,
    })
    await vi.waitFor(() => expect(events.map((e) => e.kind)).toEqual(['hello', 'plan', 'journal']), soon)
    expect(states.map((s) => s.connected)).toEqual([true, false, true])
    stop.abort()
    await ended
  })

  it('gives up a connection that is silent for too long', async () => {
    let connections = 0
    const baseUrl = await serve((response, connection) => {
      connections = connection
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(': alive\n\n')
    })
    const stop = new AbortController()
    const ended = createClient({ baseUrl }).subscribe(() => {}, {
      signal: stop.signal,
      silenceMs: 30,
      firstDelayMs: 1,
      maxDelayMs: 2,
    })
    await vi.waitFor(() => expect(connections).toBeGreaterThanOrEqual(3), soon)
    stop.abort()
    await ended
  })

  it('waits longer after each failure', async () => {
    const baseUrl = await serve((response) => response.writeHead(503).end())
    const stop = new AbortController()
    const waits: number[] = []
    const ended = createClient({ baseUrl }).subscribe(() => {}, {
      signal: stop.signal,
      firstDelayMs: 4,
      maxDelayMs: 32,
      onState: (state) => {
        if (!state.connected) waits.push(state.retryInMs)
      },
    })
    await vi.waitFor(() => expect(waits.length).toBeGreaterThanOrEqual(6), soon)
    stop.abort()
    await ended
    for (const [i, upper] of [4, 8, 16, 32, 32, 32].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(upper / 2)
      expect(waits[i]).toBeLessThanOrEqual(upper)
    }
  })

  it.each([401, 403, 404])('ends with the error when the server refuses for good (%i)', async (status) => {
    const baseUrl = await serve((response) => response.writeHead(status).end())
    await expect(
      createClient({ baseUrl }).subscribe(() => {}, { signal: new AbortController().signal }),
    ).rejects.toMatchObject({ name: 'ApiError', status })
  })

  it('ends at once when asked to while it waits', async () => {
    const baseUrl = await serve((response) => response.writeHead(500).end())
    const stop = new AbortController()
    await createClient({ baseUrl }).subscribe(() => {}, {
      signal: stop.signal,
      firstDelayMs: 3_600_000,
      onState: () => stop.abort(),
    })
  })
})
