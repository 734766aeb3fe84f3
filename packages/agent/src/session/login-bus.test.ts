// What is asked of the system's bus, byte by byte, and what its answers come to. Before a real bus: lock-watch.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LoginBus } from './login-bus.ts'

const letIn = Buffer.from('OK 1234\r\n')
let folder: string
let server: Server
let asked: Buffer[]
let bus: LoginBus | undefined
/** To the words of authentication, to Hello, and to each question after it. */
let answers: readonly (readonly Buffer[])[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-bus-'))
  asked = []
  const left = () => answers[asked.length - 1] ?? []
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      // BEGIN has no answer, and may come with the first question or before it.
      const begin = chunk.indexOf('BEGIN\r\n')
      const rest = begin < 0 ? chunk : chunk.subarray(begin + 7)
      if (rest.length === 0) return
      asked.push(rest)
      for (const piece of left()) socket.write(piece)
    })
  })
  await new Promise<void>((resolve) => server.listen(join(folder, 'bus'), resolve))
})
afterEach(async () => {
  bus?.close()
  bus = undefined
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

const open = async () => (bus = await LoginBus.open(join(folder, 'bus')))

interface Message {
  readonly type: number
  readonly body?: Buffer
  readonly big?: boolean
  readonly fields?: Buffer
}

function message({ type, body = Buffer.alloc(0), big = false, fields = Buffer.alloc(0) }: Message): Buffer {
  const head = Buffer.alloc(16)
  head.set([big ? 0x42 : 0x6c, type, 0, 1])
  const put = (value: number, at: number) => (big ? head.writeUInt32BE(value, at) : head.writeUInt32LE(value, at))
  put(body.length, 4)
  put(7, 8)
  put(fields.length, 12)
  return Buffer.concat([head, fields, Buffer.alloc((8 - (fields.length % 8)) % 8), body])
}

/** A variant of type b. */
function yes(value: number, big = false): Buffer {
  const bytes = Buffer.from([1, 0x62, 0, 0, 0, 0, 0, 0])
  if (big) bytes.writeUInt32BE(value, 4)
  else bytes.writeUInt32LE(value, 4)
  return bytes
}
const hello = message({ type: 2 })

it('names the user, then asks for one property of the session, whose name may begin with a digit', async () => {
  answers = [[letIn], [hello], [message({ type: 2, body: yes(1) })], [message({ type: 2, body: yes(0) })]]
  const opened = await open()
  expect(await opened.isLocked('3')).toBe(true)
  expect(await opened.isLocked('c1')).toBe(false)
  const user = Buffer.from(String(process.getuid?.())).toString('hex')
  expect(asked[0]?.toString('latin1')).toBe(`\0AUTH EXTERNAL ${user}\r\n`)
  const [, , third, fourth] = asked.map((each) => each.toString('latin1'))
  expect(third).toContain('/org/freedesktop/login1/session/_33\0')
  expect(fourth).toContain('/org/freedesktop/login1/session/c1\0')
  for (const word of ['org.freedesktop.login1.Session\0', 'LockedHint\0', 'org.freedesktop.DBus.Properties\0'])
    expect(third).toContain(word)
})

it('writes messages whose lengths are those of the specification', async () => {
  answers = [[letIn], [hello], [message({ type: 2, body: yes(1) })]]
  await (await open()).isLocked('c1')
  for (const bytes of asked.slice(1)) {
    const [bodyBytes, fieldBytes] = [bytes.readUInt32LE(4), bytes.readUInt32LE(12)]
    expect(bytes.length).toBe(16 + Math.ceil(fieldBytes / 8) * 8 + bodyBytes)
  }
  // Each question has a number of its own.
  expect(asked.slice(1).map((bytes) => bytes.readUInt32LE(8))).toEqual([1, 2])
})

it('takes answers in pieces, in the other byte order, with fields, and after signals that nobody asked for', async () => {
  const answer = message({ type: 2, body: yes(1, true), big: true, fields: Buffer.alloc(13, 1) })
  const signal = message({ type: 4, body: Buffer.alloc(5) })
  answers = [[letIn], [hello], [signal, answer.subarray(0, 9), answer.subarray(9)]]
  expect(await (await open()).isLocked('c1')).toBe(true)
})

it('tells what logind said where it refuses', async () => {
  const text = Buffer.from('No such session\0')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length - 1)
  answers = [[letIn], [hello], [message({ type: 3, body: Buffer.concat([length, text]) })]]
  await expect((await open()).isLocked('c9')).rejects.toThrow('logind refused: No such session')
})

it.each<[string, Buffer]>([
  ['a text', Buffer.from([1, 0x73, 0, 0, 1, 0, 0, 0])],
  ['nothing', Buffer.alloc(0)],
  ['half a word', Buffer.from([1, 0x62, 0, 0, 1, 0])],
])('does not take %s for a yes', async (_, body) => {
  answers = [[letIn], [hello], [message({ type: 2, body })]]
  await expect((await open()).isLocked('c1')).rejects.toThrow('no yes or no')
})

it('is let in or is not, and does not read more than was asked for', async () => {
  answers = [[Buffer.from('REJECTED EXTERNAL\r\n')]]
  await expect(open()).rejects.toThrow('does not let this user in')
  asked = []
  const huge = Buffer.from(message({ type: 2 }))
  huge.writeUInt32LE(2 ** 30, 4)
  answers = [[letIn], [huge]]
  await expect(open()).rejects.toThrow('more than it was asked')
})

it('is asked one thing at a time, and nothing more once it has ended', async () => {
  answers = [[letIn], [hello], []]
  const opened = await open()
  const first = opened.isLocked('c1')
  await expect(opened.isLocked('c2')).rejects.toThrow('one thing at a time')
  opened.close()
  await expect(first).rejects.toThrow('the bus has closed')
  await expect(opened.isLocked('c1')).rejects.toThrow('the bus has closed')
})

it('is not there where nobody listens', async () => {
  await expect(LoginBus.open(join(folder, 'nobody'))).rejects.toThrow('ENOENT')
})
