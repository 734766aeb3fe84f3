// A daemon that disappears, hangs, lies or cuts: every call ends, with the right fault, and nothing is believed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getHostname } from './connect-calls.ts'
import { startLifecycleEvents, type LifecycleEvent } from './domain-events.ts'
import { getAllDomainStats, listAllDomains } from './domain-read-calls.ts'
import { openConnection } from './open-connection.ts'
import { keepaliveProgram, procedures, qemuProgram, remoteProgram } from './programs.ts'
import { askGuestAgent } from './qemu-calls.ts'
import { encodeRemoteError } from './remote-error-body.ts'
import type { RpcClient } from './rpc-client.ts'
import { encodeFrame, messageStatus, messageTypes } from './frame.ts'
import { ManualTimers } from './testing/manual-timers.ts'
import { encodeReply, reply, ScriptedDaemon, type Handler } from './testing/scripted-daemon.ts'
import { LibvirtRemoteError, type WireFault } from './wire-error.ts'
import { XdrWriter } from './xdr-writer.ts'

const options = { deadlineMs: 5_000 }
let daemon: ScriptedDaemon
let timers: ManualTimers
let rpc: RpcClient

beforeEach(async () => {
  daemon = await ScriptedDaemon.start()
  timers = new ManualTimers()
  rpc = await openConnection(daemon.uri, { ...options, timers })
})

afterEach(async () => {
  rpc.close()
  await daemon.stop()
})

const goodName = () => new XdrWriter().string('node-1')
const fault = (kind: WireFault) => expect.objectContaining({ name: 'LibvirtWireError', fault: kind })

/** The next handled call, so that a test acts when the daemon has it. */
function nextCall(handler: Handler = () => {}): Promise<void> {
  return new Promise((resolve) => {
    daemon.handle((frame, socket) => {
      handler(frame, socket)
      resolve()
    })
  })
}

describe('a call', () => {
  it('resolves with what the daemon says', async () => {
    daemon.handle((frame, socket) => reply(frame, socket, goodName()))
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
    expect(timers.pending).toBe(0)
  })

  it('rejects with the error the daemon reports, and the connection lives on', async () => {
    daemon.handle((frame, socket) => {
      const error = encodeRemoteError(new LibvirtRemoteError(42, 10, 'no such domain'))
      socket.write(encodeFrame({ ...frame, type: messageTypes.reply, status: messageStatus.error }, error))
    })
    await expect(getHostname(rpc, options)).rejects.toMatchObject({ code: 42, domain: 10, message: 'no such domain' })
    daemon.handle((frame, socket) => reply(frame, socket, goodName()))
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
  })

  it('ends at its deadline when the daemon hangs; the late answer is dropped', async () => {
    const answers: (() => void)[] = []
    const called = nextCall((frame, socket) => answers.push(() => reply(frame, socket, goodName())))
    const call = getHostname(rpc, options)
    await called
    timers.advance(4_999)
    timers.advance(1)
    await expect(call).rejects.toEqual(fault('deadline'))
    answers[0]?.()
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().string('second')))
    await expect(getHostname(rpc, options)).resolves.toBe('second')
  })

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController()
    const called = nextCall()
    const call = getHostname(rpc, { ...options, signal: stop.signal })
    await called
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect(getHostname(rpc, { ...options, signal: stop.signal })).rejects.toThrow('enough')
    expect(timers.pending).toBe(0)
  })

  it('ends when the daemon hangs up, as do all calls after it', async () => {
    daemon.handle((_, socket) => socket.destroy())
    await expect(getHostname(rpc, options)).rejects.toEqual(fault('disconnected'))
    await expect(getHostname(rpc, options)).rejects.toEqual(fault('disconnected'))
    expect(timers.pending).toBe(0)
  })

  it('ends when the daemon hangs up in the middle of a message', async () => {
    daemon.handle((frame, socket) => {
      const whole = encodeFrame({ ...frame, type: messageTypes.reply }, goodName().bytes())
      socket.end(whole.subarray(0, whole.length - 5))
    })
    await expect(getHostname(rpc, options)).rejects.toThrow('in the middle of a message')
  })

  it('waits its turn: no more than four are at the daemon at once', async () => {
    const held: (() => void)[] = []
    const reached = new Map<number, () => void>()
    const count = (n: number) => new Promise<void>((resolve) => reached.set(n, resolve))
    const [fourth, sixth] = [count(4), count(6)]
    daemon.handle((frame, socket) => {
      held.push(() => reply(frame, socket, goodName()))
      reached.get(held.length)?.()
    })
    const calls = Array.from({ length: 6 }, () => getHostname(rpc, options))
    await fourth
    const stop = new AbortController()
    const seventh = getHostname(rpc, { ...options, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(seventh).rejects.toThrow('enough')
    expect(held).toHaveLength(4)
    for (const answer of held.slice(0, 2)) answer()
    await sixth
    for (const answer of held.slice(2)) answer()
    await expect(Promise.all(calls)).resolves.toEqual(Array(6).fill('node-1'))
    expect(held).toHaveLength(6)
  })

  it('that was given up keeps its place until the daemon is done with it', async () => {
    const held: (() => void)[] = []
    let onFifth = () => {}
    const fifth = new Promise<void>((resolve) => (onFifth = resolve))
    daemon.handle((frame, socket) => {
      held.push(() => reply(frame, socket, goodName()))
      if (held.length === 5) onFifth()
    })
    const stop = new AbortController()
    const given = Array.from({ length: 4 }, () => getHostname(rpc, { ...options, signal: stop.signal }))
    const late = getHostname(rpc, { deadlineMs: 60_000 })
    stop.abort(new Error('enough'))
    for (const call of given) await expect(call).rejects.toThrow('enough')
    timers.advance(59_000)
    expect(held.length).toBeLessThanOrEqual(4)
    while (held.length < 4) await new Promise((resolve) => setImmediate(resolve))
    held[0]?.()
    await fifth
    held[4]?.()
    await expect(late).resolves.toBe('node-1')
  })
})

describe('a guest agent', () => {
  const domain = { name: 'desk', uuid: '00000000-0000-4000-8000-000000000001', id: 3 }
  const ask = { domain, command: '{"execute":"guest-ping"}', timeoutS: 5 }

  it('is asked in the program that has the procedure', async () => {
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().uint(1).string('{"return":{}}')))
    await expect(askGuestAgent(rpc, ask, options)).resolves.toBe('{"return":{}}')
    expect(daemon.frames.at(-1)).toMatchObject({ program: 0x2000_8087, version: 1, procedure: 3 })
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().uint(0)))
    await expect(askGuestAgent(rpc, ask, options)).resolves.toBeUndefined()
    daemon.handle((frame, socket) => reply(frame, socket, goodName()))
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
  })
})

describe('a daemon that lies', () => {
  const lies: readonly (readonly [string, Handler])[] = [
    [
      'a serial nobody used',
      (frame, socket) => void socket.write(encodeReply(frame, goodName(), { serial: frame.serial + 1 })),
    ],
    [
      'another procedure',
      (frame, socket) => void socket.write(encodeReply(frame, goodName(), { procedure: procedures.domainGetInfo })),
    ],
    ['another program', (frame, socket) => void socket.write(encodeReply(frame, goodName(), { program: 1 }))],
    [
      'the same procedure of the other program',
      (frame, socket) => void socket.write(encodeReply(frame, goodName(), { program: qemuProgram.program })),
    ],
    ['another version', (frame, socket) => void socket.write(encodeReply(frame, goodName(), { version: 2 }))],
    [
      'a call of its own',
      (frame, socket) => void socket.write(encodeReply(frame, goodName(), { type: messageTypes.call })),
    ],
    ['a stream', (frame, socket) => void socket.write(encodeReply(frame, goodName(), { type: messageTypes.stream }))],
    ['a length of 4 GB', (_, socket) => void socket.write(Buffer.from('ffffffff', 'hex'))],
    ['a length of zero', (_, socket) => void socket.write(Buffer.alloc(4))],
    ['HTTP', (_, socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a body that is cut off', (frame, socket) => reply(frame, socket, new XdrWriter().uint(6))],
    ['a string of 4 GB', (frame, socket) => reply(frame, socket, new XdrWriter().uint(0xffff_ffff))],
    ['a body that goes on', (frame, socket) => reply(frame, socket, goodName().int(1))],
    [
      'an error that is cut off',
      (frame, socket) => void socket.write(encodeReply(frame, new XdrWriter().int(42), { status: 1 })),
    ],
  ]

  it.each(lies)('is cut off when it sends %s', async (_, handler) => {
    daemon.handle(handler)
    await expect(getHostname(rpc, options)).rejects.toEqual(fault('protocol'))
    expect(rpc.isClosed).toBe(true)
    expect(timers.pending).toBe(0)
  })

  it('is cut off when it answers twice', async () => {
    daemon.handle((frame, socket) => {
      reply(frame, socket, goodName())
      reply(frame, socket, goodName())
    })
    const ended = new Promise((resolve) => rpc.onEnd(resolve))
    await getHostname(rpc, options)
    await expect(ended).resolves.toEqual(fault('protocol'))
  })

  it.each([16_385, 0xffff_ffff])('cannot make us hold %i domains', async (count) => {
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().uint(count).uint(0)))
    await expect(listAllDomains(rpc, 0, options)).rejects.toEqual(fault('protocol'))
  })

  it('cannot hide a cut record of statistics', async () => {
    daemon.handle((frame, socket) => {
      const body = new XdrWriter()
        .uint(1)
        .string('a')
        .opaque(new Uint8Array(16))
        .int(1)
        .uint(3)
        .string('cpu.time')
        .int(4)
      reply(frame, socket, body)
    })
    await expect(getAllDomainStats(rpc, { groups: 2, flags: 0 }, options)).rejects.toEqual(fault('protocol'))
  })
})

describe('messages the daemon sends by itself', () => {
  const event = (socket: { write(bytes: Uint8Array): unknown }, body: XdrWriter) => {
    const procedure = procedures.domainEventCallbackLifecycle
    const header = { ...remoteProgram, procedure, type: messageTypes.message, serial: 0, status: 0 }
    socket.write(encodeFrame(header, body.bytes()))
  }

  it('reach the listener', async () => {
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().int(7)))
    const events: LifecycleEvent[] = []
    let seen = () => {}
    const first = new Promise<void>((resolve) => (seen = resolve))
    const listener = (e: LifecycleEvent) => {
      events.push(e)
      seen()
    }
    await expect(startLifecycleEvents(rpc, listener, options)).resolves.toBe(7)
    for (const socket of daemon.sockets) {
      event(socket, new XdrWriter().int(7).string('web').opaque(new Uint8Array(16)).int(3).int(2).int(0))
    }
    await first
    expect(events).toEqual([
      { domain: { name: 'web', uuid: '00000000-0000-0000-0000-000000000000', id: 3 }, event: 2, detail: 0 },
    ])
  })

  it('end the connection when they do not read', async () => {
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().int(7)))
    await startLifecycleEvents(rpc, () => {}, options)
    const ended = new Promise((resolve) => rpc.onEnd(resolve))
    for (const socket of daemon.sockets) event(socket, new XdrWriter().int(7).uint(900))
    await expect(ended).resolves.toEqual(fault('protocol'))
  })

  it('are ignored when nobody listens', async () => {
    for (const socket of daemon.sockets) event(socket, new XdrWriter().int(1))
    daemon.handle((frame, socket) => reply(frame, socket, goodName()))
    await expect(getHostname(rpc, options)).resolves.toBe('node-1')
  })

  it('pings are answered', async () => {
    const pong = nextCall()
    const { program, version, ping } = keepaliveProgram
    const header = { program, version, procedure: ping, type: messageTypes.message, serial: 0, status: 0 }
    for (const socket of daemon.sockets) socket.write(encodeFrame(header, new Uint8Array()))
    await pong
    expect(daemon.frames.at(-1)).toMatchObject({
      program,
      procedure: keepaliveProgram.pong,
      type: messageTypes.message,
    })
  })
})
