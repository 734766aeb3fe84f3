// The idle protocols of Wayland before a compositor that says what the test wants: seats that come and go, bytes one by one, nonsense.
// What real compositors say is in session-helper.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WaylandIdle } from './wayland-idle.ts'

const words = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [nth, value] of values.entries())
    if (endianness() === 'LE') bytes.writeUInt32LE(value, 4 * nth)
    else bytes.writeUInt32BE(value, 4 * nth)
  return bytes
}
const message = (object: number, operation: number, body: Buffer = Buffer.alloc(0)) =>
  Buffer.concat([words(object, (8 + body.length) * 65_536 + operation), body])
const text = (value: string) => {
  const bytes = Buffer.from(`${value}\0`)
  return Buffer.concat([words(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
const wordOf = (bytes: Buffer, at: number) => (endianness() === 'LE' ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))

interface Asked {
  readonly object: number
  readonly operation: number
  readonly body: Buffer
}

/** Answers each sync; keeps everything else. */
class FakeCompositor {
  readonly asked: Asked[] = []
  readonly #server: Server
  globals: readonly string[] = ['wl_seat', 'ext_idle_notifier_v1']
  pieces = false
  socket?: Socket
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.socket = socket
      socket.on('error', () => {})
      socket.on('data', (chunk) => this.#take(chunk))
    }).listen(path)
  }

  say(bytes: Buffer): void {
    if (!this.pieces) this.socket?.write(bytes)
    else for (const byte of bytes) this.socket?.write(Buffer.from([byte]))
  }

  end(): Promise<void> {
    this.socket?.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 8) {
      const second = wordOf(this.#rest, 4)
      const length = second >>> 16
      if (this.#rest.length < length) return
      const asked = { object: wordOf(this.#rest, 0), operation: second & 0xffff, body: this.#rest.subarray(8, length) }
      this.#rest = this.#rest.subarray(length)
      if (asked.object === 1 && asked.operation === 1)
        for (const [nth, name] of this.globals.entries()) this.global(nth + 10, name, wordOf(asked.body, 0))
      else if (asked.object === 1) {
        const id = wordOf(asked.body, 0)
        this.say(Buffer.concat([message(id, 0, words(0)), message(1, 1, words(id))]))
      } else this.asked.push(asked)
    }
  }

  global(name: number, what: string, registry = 2): void {
    this.say(message(registry, 0, Buffer.concat([words(name), text(what), words(4)])))
  }
}

let folder: string
let compositor: FakeCompositor
let idle: WaylandIdle | undefined
let told: boolean[]
let ended: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-wayland-idle-'))
  compositor = new FakeCompositor(join(folder, 'w'))
})
afterEach(async () => {
  idle?.close()
  idle = undefined
  await compositor.end()
  rmSync(folder, { recursive: true })
})

const patient = { timeout: 10_000, interval: 5 }
function open(): WaylandIdle {
  // Of its own: the one before may have its end still to come.
  const [states, ends]: [boolean[], string[]] = [[], []]
  told = states
  ended = ends
  idle = new WaylandIdle({
    path: join(folder, 'w'),
    afterMs: 1000,
    told: (isActive) => states.push(isActive),
    ended: (reason) => ends.push(reason),
  })
  return idle
}
/** What was asked of the notifier: number of the notification, and the rest as it came. */
const notifications = (count: number) =>
  vi.waitFor(() => {
    const found = compositor.asked.filter(({ object, body }) => object !== 2 && body.length === 12)
    expect(found).toHaveLength(count)
    return found.map(({ operation, body }) => ({ operation, values: [0, 4, 8].map((at) => wordOf(body, at)) }))
  }, patient)
const answered = () => new Promise<void>((resolve) => idle?.ask(resolve))

it.each([false, true])(
  'somebody is there until it says nobody, and again when it says so (in pieces: %s)',
  async (pieces) => {
    compositor.pieces = pieces
    expect(open().isActive).toBe(true)
    const [asked] = await notifications(1)
    expect(asked?.operation).toBe(1)
    expect(asked?.values[1]).toBe(1000)
    expect(idle?.protocol).toBe('ext_idle_notifier_v1')
    const id = asked?.values[0] ?? 0
    expect(told).toEqual([])
    compositor.say(message(id, 0))
    compositor.say(message(id, 1))
    compositor.say(message(id, 0))
    await answered()
    expect(told).toEqual([false, true, false])
  },
)

it('speaks the older protocol where there is no other, with its own order of arguments', async () => {
  compositor.globals = ['wl_seat', 'org_kde_kwin_idle']
  open()
  const [asked] = await notifications(1)
  expect([asked?.operation, asked?.values[2], idle?.protocol]).toEqual([0, 1000, 'org_kde_kwin_idle'])
})

it('prefers the standard one wherever it is told', async () => {
  compositor.globals = ['org_kde_kwin_idle', 'wl_seat', 'ext_idle_notifier_v1']
  open()
  await notifications(1)
  expect(idle?.protocol).toBe('ext_idle_notifier_v1')
})

it('nobody is there when nobody is at any seat; a seat that comes or goes is somebody', async () => {
  compositor.globals = ['wl_seat', 'ext_idle_notifier_v1', 'wl_seat']
  open()
  const [first, second] = (await notifications(2)).map(({ values: [id = 0] }) => id)
  compositor.say(message(first ?? 0, 0))
  await answered()
  expect(told).toEqual([])
  compositor.say(message(second ?? 0, 0))
  await answered()
  expect(told).toEqual([false])
  compositor.global(77, 'wl_seat')
  const [, , third] = await notifications(3)
  expect(told).toEqual([false, true])
  compositor.say(message(third?.values[0] ?? 0, 0))
  await answered()
  expect(told).toEqual([false, true, false])
  compositor.say(message(2, 1, words(77)))
  await answered()
  expect(told).toEqual([false, true, false, true, false])
})

it('a compositor whose last seat went has somebody until there is one again', async () => {
  open()
  const [asked] = await notifications(1)
  compositor.say(message(asked?.values[0] ?? 0, 0))
  compositor.say(message(2, 1, words(10)))
  await answered()
  expect([told, idle?.isActive]).toEqual([[false, true], true])
})

it('uses numbers again that the compositor has given back, and leaves no gap', async () => {
  open()
  await notifications(1)
  for (let nth = 0; nth < 50; nth++) await answered()
  compositor.global(78, 'wl_seat')
  const [, asked] = await notifications(2)
  expect(asked?.values[0]).toBeLessThan(12)
})

it.each<[string, () => Buffer, string]>([
  ['an error of its own', () => message(1, 0, Buffer.concat([words(1, 0), text('invalid object')])), 'invalid object'],
  ['a message shorter than its head', () => words(2, 4 * 65_536), 'a message of 4 bytes'],
  ['a length that is no whole number of words', () => words(2, 13 * 65_536), 'a message of 13 bytes'],
  ['a text longer than its message', () => message(2, 0, words(99, 4000, 0)), 'cut off'],
  ['a message without what it should hold', () => message(2, 0), 'cut off'],
])('%s ends it with the reason', async (_, bytes, reason) => {
  open()
  await notifications(1)
  compositor.say(bytes())
  await vi.waitFor(() => expect(ended).toHaveLength(1), patient)
  expect(ended[0]).toContain(reason)
})

it('a compositor that closes, and one that knows neither protocol, end it with the reason', async () => {
  open()
  await notifications(1)
  compositor.socket?.destroy()
  await vi.waitFor(() => expect(ended).toEqual(['the compositor has closed']), patient)
  compositor.globals = ['wl_seat', 'wl_shm']
  open()
  await vi.waitFor(
    () => expect(ended).toEqual(['the compositor has neither ext_idle_notifier_v1 nor org_kde_kwin_idle']),
    patient,
  )
})
