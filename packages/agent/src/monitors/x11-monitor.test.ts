// The monitor against a server that speaks the bytes of the protocol, whole, in pieces, and wrong. labs/desktop has a real one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { monitorOf, ruleOf } from '../config/default-monitors.ts'
import { askMonitor } from './monitor.ts'
import { X11Monitor } from './x11-monitor.ts'
import { xCookie } from './x-authority.ts'

const cookie = Buffer.from('00112233445566778899aabbccddeeff', 'hex')

/** Vendor of 7 bytes (padded to 8), two formats, one screen with root 0x2a. */
function setupReply(): Buffer {
  const body = Buffer.alloc(32 + 8 + 16 + 40)
  body.writeUInt16LE(7, 16)
  body.writeUInt8(1, 20)
  body.writeUInt8(2, 21)
  body.write('Testing', 32, 'latin1')
  body.writeUInt32LE(0x2a, 32 + 8 + 16)
  const head = Buffer.alloc(8)
  head.writeUInt8(1, 0)
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(body.length / 4, 6)
  return Buffer.concat([head, body])
}

class FakeX {
  idleMs = 5000
  extension = true
  deaf = false
  pieces = false
  wrong?: Buffer
  readonly asked: Buffer[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      let known = false
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        this.asked.push(chunk)
        if (this.deaf) return
        if (!known) {
          known = true
          const right = chunk.includes(cookie)
          const refusal = Buffer.from([0, 8, 11, 0, 0, 0, 2, 0, ...Buffer.from('no entry')])
          return this.#send(socket, this.wrong ?? (right ? setupReply() : refusal))
        }
        const reply = Buffer.alloc(32)
        reply.writeUInt8(1, 0)
        if (chunk[0] === 98) {
          reply.writeUInt8(this.extension ? 1 : 0, 8)
          reply.writeUInt8(140, 9)
        } else reply.writeUInt32LE(this.idleMs, 16)
        this.#send(socket, reply)
      })
    }).listen(path)
  }

  #send(socket: Socket, bytes: Buffer): void {
    if (!this.pieces) socket.write(bytes)
    else for (const [nth] of bytes.entries()) socket.write(bytes.subarray(nth, nth + 1))
  }

  end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

let folder: string
let server: FakeX
let monitor: X11Monitor
let nowMs = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-x-'))
  server = new FakeX(join(folder, 'X7'))
  const record = (words: readonly Buffer[]) =>
    Buffer.concat([Buffer.from([1, 0]), ...words.flatMap((each) => [Buffer.from([0, each.length]), each])])
  const name = Buffer.from('MIT-MAGIC-COOKIE-1')
  writeFileSync(
    join(folder, 'auth'),
    Buffer.concat([
      record([Buffer.from('desk'), Buffer.from('8'), name, Buffer.alloc(16)]),
      record([Buffer.from('desk'), Buffer.from('7'), name, cookie]),
    ]),
  )
  monitor = made('auth')
})
afterEach(async () => {
  monitor.close()
  await server.end()
  rmSync(folder, { recursive: true })
})

function made(authority: string): X11Monitor {
  const rule = ruleOf(
    monitorOf({ kind: 'x11', display: 7, authority: '', sockets: folder }, { absentMs: 900_000, continueAfterMs: 1 }),
  )
  return new X11Monitor(rule, {
    display: 7,
    authority: authority && join(folder, authority),
    everyMs: 1000,
    sockets: folder,
  })
}
const look = () => askMonitor(monitor, (nowMs += 1000))
const until = (so: (seen: ReturnType<typeof look>) => boolean) =>
  vi.waitFor(() => expect(so(look())).toBe(true), { timeout: 10_000, interval: 5 })

it('is missing until the server answers, idle while it is left alone, active when it is touched', async () => {
  expect(look().state).toBe('missing')
  await until(({ state }) => state === 'idle')
  expect(look().detail).toMatch(/display :7 untouched for 5 s/)
  server.idleMs = 20
  await until(({ state }) => state === 'active')
  expect(server.asked[0]?.subarray(0, 1).toString()).toBe('l')
  // QueryInfo of the root of the first screen, with the number that the extension has here.
  expect(server.asked.at(-1)).toEqual(Buffer.from([140, 1, 2, 0, 0x2a, 0, 0, 0]))
})

it('puts answers together that come byte by byte', async () => {
  server.pieces = true
  await until(({ state }) => state === 'idle')
})

it.each([
  ['a server without the extension', () => (server.extension = false), 'no MIT-SCREEN-SAVER'],
  ['a cookie that is refused', () => (monitor = made('')), 'the X server refuses: no entry'],
  ['an answer that is none', () => (server.wrong = Buffer.from('HTTP/1.1 400 Bad Request')), 'this is no X server'],
  [
    'a setup without a screen',
    () => (server.wrong = Buffer.concat([Buffer.from([1, 0, 11, 0, 0, 0, 10, 0]), Buffer.alloc(40)])),
    'no screen',
  ],
])('%s is a missing signal', async (_, fault, words) => {
  fault()
  await until(({ detail, state }) => state === 'missing' && detail.includes(words))
})

it('a server that closes is missing at once, and is asked again when it is back', async () => {
  await until(({ state }) => state === 'idle')
  await server.end()
  await until(({ state }) => state === 'missing')
  server = new FakeX(join(folder, 'X7'))
  await until(({ state }) => state === 'idle')
})

it('no server, and no file of cookies, are missing', async () => {
  monitor = made('none')
  expect(look()).toMatchObject({ state: 'missing', detail: expect.stringContaining('none: is not there') })
  await server.end()
  monitor = made('auth')
  await until(({ detail }) => detail.includes('X7: ENOENT') || detail.includes('ECONNREFUSED'))
  server = new FakeX(join(folder, 'X8'))
})

it('a file of cookies that is cut off anywhere gives none or the right one', () => {
  const name = Buffer.from('MIT-MAGIC-COOKIE-1')
  const whole = Buffer.concat([
    Buffer.from([1, 0, 0, 1, 65, 0, 1, 55, 0, name.length]),
    name,
    Buffer.from([0, cookie.length]),
    cookie,
  ])
  expect(xCookie(whole, 7)?.data).toEqual(cookie)
  expect(xCookie(whole, 8)).toBeUndefined()
  for (let length = 0; length < whole.length; length++) expect(xCookie(whole.subarray(0, length), 7)).toBeUndefined()
})
