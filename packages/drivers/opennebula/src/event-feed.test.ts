// The event feed against a publisher that sends what a real one was recorded to send.
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { cloudId } from '@gleaner/model'
import type { CloudEvent } from '@gleaner/ports'
import { VirtualClock, listenAgain } from '@gleaner/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EventFeed } from './event-feed.ts'

const handshake = readFileSync(new URL('../../../wire/zmtp/fixtures/publisher.bin', import.meta.url)).subarray(
  0,
  64 + 27,
)
let clock: VirtualClock
let server: Server
let sockets: Socket[]
let feed: EventFeed
let events: CloudEvent[]

beforeEach(async () => {
  clock = new VirtualClock()
  sockets = []
  events = []
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(handshake)
  })
  await listen()
  const { port } = server.address() as AddressInfo
  feed = new EventFeed({
    cloudId: cloudId('one'),
    address: new URL(`tcp://127.0.0.1:${port}`),
    clock,
    tell: (event) => events.push(event),
  })
})

afterEach(async () => {
  feed.close()
  await vanish()
  expect(clock.sleepers).toBe(0)
})

async function listen(port = 0): Promise<void> {
  await listenAgain(server, port)
}

async function vanish(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy()
  if (server.listening) await new Promise((resolve) => server.close(resolve))
}

/** Lets real input and output happen while the virtual clock stands still. */
async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > endMs) throw new Error(`it did not come about: ${JSON.stringify(events)}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function publish(...topics: readonly string[]): void {
  for (const topic of topics) {
    const body = Buffer.from(topic)
    sockets.at(-1)?.write(Buffer.concat([Buffer.from([1, body.length]), body, Buffer.from([0, 3]), Buffer.from('PEg')]))
  }
}

const told = () => events.filter(({ kind }) => kind !== 'connection-changed')

it('tells a change at once, and those that follow together after a pause', async () => {
  await until(() => events.length === 1)
  expect(events[0]).toMatchObject({ kind: 'connection-changed' })
  publish('EVENT STATE VM/ACTIVE/SAVE_SUSPEND/5 ')
  await until(() => told().length === 1)
  expect(told()).toEqual([{ kind: 'instance-changed', instanceId: 'one:5', detail: 'VM 5: SAVE_SUSPEND' }])
  publish('EVENT STATE VM/SUSPENDED/LCM_INIT/5 ', 'EVENT STATE HOST/DISABLED//1 ', 'EVENT STATE HOST/DISABLED//1 ')
  publish('EVENT STATE VM/DONE/LCM_INIT/9 ')
  await until(() => feed.heldBack === 3)
  expect(told()).toHaveLength(1)
  await clock.advance(15_000)
  expect(told().slice(1)).toEqual([
    { kind: 'instance-changed', instanceId: 'one:5', detail: 'VM 5: SUSPENDED' },
    { kind: 'host-changed', hostId: 'one:host-1', detail: 'host 1: DISABLED' },
    { kind: 'instance-changed', instanceId: 'one:9', detail: 'VM 9: DONE' },
  ])
  await clock.advance(15_000)
  publish('EVENT STATE VM/ACTIVE/RUNNING/5 ')
  await until(() => told().length === 5)
})

it('takes nothing else for a change', async () => {
  await until(() => sockets.length === 1 && events.length === 1)
  publish(
    'EVENT API one.vm.action 1',
    'EVENT STATE VM/ACTIVE/RUNNING/x ',
    'EVENT STATE VM/\u001b[31m/RUNNING/5 ',
    'EVENT STATE ZONE/A/B/1 ',
  )
  publish('EVENT STATE VM/ACTIVE/RUNNING/7 ')
  await until(() => told().length > 0)
  expect(told()).toEqual([{ kind: 'instance-changed', instanceId: 'one:7', detail: 'VM 7: RUNNING' }])
})

it('connects again after a pause that grows, and says what it hears from', async () => {
  await until(() => events.length === 1)
  expect(await feed.check()).toMatchObject({ ok: true })
  const { port } = server.address() as AddressInfo
  await vanish()
  await until(() => events.length === 2)
  expect(events[1]?.detail).toContain('no events')
  expect(await feed.check()).toMatchObject({ ok: false, remedy: expect.stringContaining('2101') as string })
  await clock.advance(1000)
  await until(() => clock.sleepers === 1)
  await listen(port)
  await clock.advance(1999)
  expect(events).toHaveLength(2)
  await clock.advance(1)
  await until(() => events.length === 3)
  expect(events[2]?.detail).toContain('events are heard')
})
