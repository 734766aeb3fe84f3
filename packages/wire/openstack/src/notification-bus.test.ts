// Against what is no RabbitMQ; against a real one: labs/openstack/test.
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { NotificationBus } from './notification-bus.ts'
import type { WireClock } from './wire-clock.ts'

const secret = 'a-secret-that-must-not-be-seen'
const servers: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Runs until so many pauses were made; gives the pauses and what was said. */
async function trial(port: number, pauses: number) {
  const end = new AbortController()
  const slept: number[] = []
  const said: [boolean, string][] = []
  const clock: WireClock = {
    nowMs: () => 0,
    sleep: async (durationMs) => {
      slept.push(durationMs)
      if (slept.length === pauses) end.abort()
    },
  }
  const bus = new NotificationBus({
    url: `amqp://lab:${secret}@127.0.0.1:${port}/`,
    clock,
    onNotification: () => {},
    onState: (isConnected, detail) => said.push([isConnected, detail]),
  })
  await bus.run(end.signal)
  return { slept, said, isConnected: bus.isConnected }
}

describe('a bus that is gone', () => {
  it('is told once, without the secret, and tried again after pauses that grow to a minute', async () => {
    const port = await listen((socket) => socket.destroy())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const { slept, said, isConnected } = await trial(port, 9)
    expect(slept).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000))
    expect(said).toEqual([[false, `no connection to 127.0.0.1:${port} (ECONNREFUSED)`]])
    expect(isConnected).toBe(false)
  })

  it('or is something else is the same', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const { said } = await trial(port, 2)
    expect(said).toHaveLength(1)
    expect(said[0]?.[0]).toBe(false)
    expect(said[0]?.[1]).toContain(`no connection to 127.0.0.1:${port}`)
    expect(said[0]?.[1]).not.toContain(secret)
  })

  it('is left at once by whoever stops listening', async () => {
    const end = new AbortController()
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => (isAsked = resolve))
    const port = await listen(() => isAsked())
    const clock: WireClock = { nowMs: () => 0, sleep: () => Promise.reject(new Error('no pause is due')) }
    const url = `amqp://127.0.0.1:${port}/`
    const bus = new NotificationBus({ url, clock, onNotification: () => {}, onState: () => {} })
    const running = bus.run(end.signal)
    await asked
    end.abort()
    await running
  })
})
