// The subscriber against the recorded bytes of a real publisher, and against peers that are none.
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { FrameReader } from './frame-reader.ts'
import { subscribe } from './subscriber.ts'

const recorded = readFileSync(new URL('../fixtures/publisher.bin', import.meta.url))
const topics = [
  'EVENT STATE VM/ACTIVE/SAVE_SUSPEND/5 ',
  'EVENT STATE VM/SUSPENDED/LCM_INIT/5 ',
  'EVENT STATE VM/ACTIVE/BOOT_SUSPENDED/5 ',
  'EVENT STATE VM/ACTIVE/RUNNING/5 ',
]
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

async function peer(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    open.push(() => socket.destroy())
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What was heard until the connection ended, and why it ended. */
function listen(
  port: number,
): Promise<{ readonly heard: readonly string[]; readonly readies: number; readonly error: Error }> {
  const heard: string[] = []
  let readies = 0
  return new Promise((resolve) => {
    const leave = subscribe({
      host: '127.0.0.1',
      port,
      topics: ['EVENT STATE '],
      ready: () => readies++,
      heard: (topic) => heard.push(topic),
      ended: (error) => resolve({ heard, readies, error }),
    })
    open.push(leave)
  })
}

const greeting = recorded.subarray(0, 64)
const ready = recorded.subarray(64, 64 + 2 + 0x19)
const sends = (...pieces: readonly Uint8Array[]) =>
  peer((socket) => {
    for (const piece of pieces) socket.write(piece)
    socket.end()
  })

describe('a real publisher', () => {
  it('is heard', async () => {
    const { heard, readies, error } = await listen(await sends(recorded))
    expect(heard).toEqual(topics)
    expect(readies).toBe(1)
    expect(error.message).toBe('the publisher closed the connection')
  })

  it('is heard in whatever pieces it comes', async () => {
    const pieces = Array.from({ length: Math.ceil(recorded.length / 7) }, (_, nth) =>
      recorded.subarray(nth * 7, nth * 7 + 7),
    )
    expect((await listen(await sends(...pieces))).heard).toEqual(topics)
  })

  it('is told what version 3.0 of the protocol says, byte for byte', async () => {
    const chunks: Buffer[] = []
    const port = await peer((socket) => {
      socket.write(recorded.subarray(0, 64 + ready.length))
      socket.on('data', (chunk) => {
        chunks.push(chunk)
        if (Buffer.concat(chunks).length >= 64 + 27 + 15) socket.end()
      })
    })
    await listen(port)
    const sent = Buffer.concat(chunks)
    // Signature, version, mechanism; READY with one property; a message of 0x01 and the topic.
    expect(sent.subarray(0, 64).toString('hex')).toBe(
      `ff00000000000000007f0300${'4e554c4c'.padEnd(40, '0')}${'0'.repeat(64)}`,
    )
    expect(sent.subarray(64, 91).toString('latin1')).toBe(
      '\u0004\u0019\u0005READY\u000bSocket-Type\u0000\u0000\u0000\u0003SUB',
    )
    expect(sent.subarray(91).toString('latin1')).toBe('\u0000\u000d\u0001EVENT STATE ')
  })
})

describe('a peer that', () => {
  const changed = (at: number, byte: number) => {
    const bytes = Buffer.from(greeting)
    bytes[at] = byte
    return bytes
  }
  const named = (mechanism: string) =>
    Buffer.concat([greeting.subarray(0, 12), Buffer.from(mechanism.padEnd(20, '\0')), greeting.subarray(32)])

  it.each([
    ['is something else', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], 'does not speak ZeroMQ'],
    ['is of another version', [changed(10, 1)], 'version 1'],
    ['wants a password', [named('PLAIN')], 'mechanism PLAIN'],
    [
      'is no publisher',
      [greeting, Buffer.from(ready.toString('latin1').replace('PUB', 'REP'), 'latin1')],
      'no publisher but REP',
    ],
    ['refuses', [greeting, Buffer.from('\u0004\u0009\u0005ERROR\u0002no', 'latin1')], 'refuses'],
    ['speaks too early', [greeting, Buffer.from('\u0000\u0001x', 'latin1')], 'before the handshake'],
    ['sends frames of an unknown kind', [greeting, ready, Buffer.from([0x80, 1, 0])], 'unknown kind'],
    ['announces an endless frame', [greeting, ready, Buffer.from('02ffffffffffffffff', 'hex')], 'a frame of'],
    ['is gone at once', [], 'closed the connection'],
  ])('%s ends the connection and says so', async (_, pieces, message) => {
    const { heard, error } = await listen(await sends(...pieces))
    expect(error.message).toContain(message)
    expect(heard).toEqual([])
  })

  it('is not there', async () => {
    const port = await sends()
    for (const close of open.splice(0)) close()
    expect((await listen(port)).error.message).toContain('ECONNREFUSED')
  })

  it('sends a long payload or an endless topic costs no memory', async () => {
    const long = (length: number, more: boolean) => {
      const head = Buffer.alloc(9)
      head[0] = more ? 3 : 2
      head.writeBigUInt64BE(BigInt(length), 1)
      return [head, Buffer.alloc(length, 'x')]
    }
    const topic = Buffer.from('\u0001\u0003abc', 'latin1')
    const port = await sends(
      greeting,
      ready,
      topic,
      ...long(20_000_000, false),
      ...long(10_000, true),
      Buffer.from('\u0000\u0001y', 'latin1'),
      topic,
      Buffer.from('\u0000\u0000', 'latin1'),
    )
    expect((await listen(port)).heard).toEqual(['abc', 'abc'])
  })

  it('is left is left for good, and nothing more is said of it', async () => {
    let ends = 0
    const left = new Promise<void>((resolve) => {
      void peer((socket) => {
        socket.on('close', resolve)
        leave()
      }).then((port) => {
        leave = subscribe({
          host: '127.0.0.1',
          port,
          topics: [],
          ready: () => {},
          heard: () => {},
          ended: () => ends++,
        })
      })
    })
    let leave = () => {}
    await left
    expect(ends).toBe(0)
  })
})

it('frames are the same however the stream is cut', () => {
  const stream = recorded.subarray(64)
  const whole = new FrameReader(4096).push(stream)
  expect(whole).toHaveLength(9)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 30 }), (cuts) => {
      const reader = new FrameReader(4096)
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const frames = at.slice(1).flatMap((to, nth) => reader.push(stream.subarray(at[nth], to)))
      expect(frames).toEqual(whole)
    }),
  )
})
