// The messages of Wayland, byte by byte: what is sent, what is heard, and what ends the line.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type WaylandEvent, WaylandLine, WaylandReader } from './wayland-line.ts'

/** Waits that end as soon as it is so; the bound is for a busy machine. */
const soon = { timeout: 20_000, interval: 5 }

let folder: string
let server: Server
let compositor: Socket
let came: Buffer
let heard: WaylandEvent[]
let ended: string[]
let line: WaylandLine

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-line-'))
  came = Buffer.alloc(0)
  heard = []
  const path = join(folder, 'wayland-0')
  const connected = new Promise<Socket>((resolve) => {
    server = createServer((socket) => {
      socket.on('data', (chunk) => (came = Buffer.concat([came, chunk])))
      socket.on('error', () => {})
      resolve(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  // Its own: the line of the test before may end only now.
  const reasons: string[] = []
  ended = reasons
  line = new WaylandLine(path, { heard: (event) => heard.push(event), ended: (reason) => reasons.push(reason) })
  compositor = await connected
})
afterEach(async () => {
  line.close()
  compositor.destroy()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

const words = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [nth, value] of values.entries())
    if (endianness() === 'LE') bytes.writeUInt32LE(value, 4 * nth)
    else bytes.writeUInt32BE(value, 4 * nth)
  return bytes
}
/** Head of a message of so many bytes. */
const head = (object: number, operation: number, length: number) => words(object, length * 65_536 + operation)

describe('what is sent', () => {
  it('is the object, the length with the operation, numbers as words, texts with a zero filled up to whole words', async () => {
    line.send(7, 2, [9, 'wl_seat', 4_294_967_295])
    const seat = Buffer.from('wl_seat\0')
    const wanted = Buffer.concat([head(7, 2, 28), words(9), words(8), seat, words(4_294_967_295)])
    await vi.waitFor(() => expect(came).toEqual(wanted), soon)
    came = Buffer.alloc(0)
    line.send(1, 0, ['four'])
    await vi.waitFor(
      () => expect(came).toEqual(Buffer.concat([head(1, 0, 20), words(5), Buffer.from('four\0\0\0\0')])),
      soon,
    )
  })

  it('has numbers for new objects without a gap, those first that are free again', async () => {
    expect([line.fresh(), line.fresh()]).toEqual([2, 3])
    compositor.write(Buffer.concat([head(1, 1, 12), words(2), head(5, 0, 8)]))
    await vi.waitFor(() => expect(heard).toHaveLength(1), soon)
    expect([line.fresh(), line.fresh()]).toEqual([2, 4])
  })
})

describe('what is heard', () => {
  it('is whole, whatever the pieces in which it comes', async () => {
    const bytes = Buffer.concat([head(4, 1, 12), words(77), head(5, 3, 8)])
    for (const byte of bytes) compositor.write(Buffer.from([byte]))
    await vi.waitFor(() => expect(heard).toHaveLength(2), soon)
    expect(heard.map(({ object, operation }) => [object, operation])).toEqual([
      [4, 1],
      [5, 3],
    ])
    expect(heard[0]?.arguments.word()).toBe(77)
  })

  it.each([0, 4, 7, 10])('ends the line where a message is told to have %d bytes', async (length) => {
    compositor.write(head(4, 0, length))
    await vi.waitFor(() => expect(ended).toEqual([`the compositor sent a message of ${length} bytes`]), soon)
    expect(heard).toEqual([])
  })

  it('ends the line with the words of the compositor where it refuses', async () => {
    const text = Buffer.from('bad object\0\0')
    compositor.write(Buffer.concat([head(1, 0, 8 + 12 + 12), words(3, 0, 11), text]))
    await vi.waitFor(() => expect(ended).toEqual(['the compositor refused: bad object']), soon)
  })

  it('ends once, with the reason, when the compositor goes or was never there', async () => {
    compositor.destroy()
    await vi.waitFor(() => expect(ended).toEqual(['the compositor has closed']), soon)
    const nowhere: string[] = []
    new WaylandLine(join(folder, 'none'), { heard: () => {}, ended: (reason) => nowhere.push(reason) })
    await vi.waitFor(() => expect(nowhere).toEqual([`${join(folder, 'none')}: ENOENT`]), soon)
  })
})

describe('the arguments of a message', () => {
  it('are read one after the other', () => {
    const reader = new WaylandReader(Buffer.concat([words(3), words(6), Buffer.from('hello\0\0\0'), words(4)]))
    expect([reader.word(), reader.text(), reader.word()]).toEqual([3, 'hello', 4])
    expect(() => reader.word()).toThrow('cut off')
  })

  it.each([
    ['longer than the message', words(9, 0)],
    ['without its zero', words(0)],
  ])('a text %s is cut off', (_, bytes) => {
    expect(() => new WaylandReader(bytes).text()).toThrow('a text of the compositor is cut off')
  })
})
