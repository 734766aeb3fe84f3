import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getHostname } from './connect-calls.ts'
import { openConnection } from './open-connection.ts'
import { keepaliveProgram, procedures, remoteProgram } from './programs.ts'
import { ManualTimers } from './testing/manual-timers.ts'
import { reply, ScriptedDaemon } from './testing/scripted-daemon.ts'
import { XdrWriter } from './xdr-writer.ts'

const deadlineMs = 5_000
let daemon: ScriptedDaemon

beforeEach(async () => {
  daemon = await ScriptedDaemon.start()
  daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().string('node-1')))
})
afterEach(() => daemon.stop())

describe('openConnection', () => {
  it('asks for the authentication first and opens the name the daemon knows', async () => {
    const rpc = await openConnection(daemon.uri, { deadlineMs })
    expect(daemon.frames.map((frame) => frame.procedure)).toEqual([
      procedures.authList,
      procedures.connectSupportsFeature,
      procedures.connectOpen,
    ])
    expect(Buffer.from(daemon.frames[2]?.body ?? []).toString()).toContain('qemu:///system')
    rpc.close()
  })

  it('asks polkit when the daemon wants it', async () => {
    daemon.authTypes = [2]
    daemon.handle((frame, socket) => reply(frame, socket, new XdrWriter().int(1)))
    const rpc = await openConnection(daemon.uri, { deadlineMs })
    expect(daemon.frames[1]?.procedure).toBe(procedures.authPolkit)
    rpc.close()
  })

  it('says what to use instead of a SASL login', async () => {
    daemon.authTypes = [1]
    await expect(openConnection(daemon.uri, { deadlineMs })).rejects.toMatchObject({ fault: 'refused' })
  })

  it('is unreachable without a socket, and names every place it tried', async () => {
    await expect(openConnection('qemu:///system?socket=/nowhere/sock', { deadlineMs })).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('/nowhere/sock'),
    })
    const session = openConnection('qemu:///session', { deadlineMs, runtimeFolder: '/nowhere' })
    await expect(session).rejects.toThrow(/libvirt-sock.*virtqemud-sock/)
  })

  it('gives up on a server that says nothing', async () => {
    const timers = new ManualTimers()
    const mute = createServer()
    const connected = new Promise((resolve) => mute.once('connection', resolve))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const address = mute.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const opening = openConnection(`qemu+tcp://127.0.0.1:${port}/system`, { deadlineMs, timers })
    await connected
    timers.advance(deadlineMs)
    await expect(opening).rejects.toMatchObject({ fault: 'deadline' })
    await new Promise((resolve) => mute.close(resolve))
  })

  it('gives up when told to', async () => {
    const reason = new Error('shutting down')
    await expect(openConnection(daemon.uri, { deadlineMs, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('notices a daemon that stops answering pings', async () => {
    daemon.answersPings = true
    daemon.handle((frame, socket) => {
      if (frame.program === remoteProgram.program) reply(frame, socket, new XdrWriter().string('node-1'))
    })
    const timers = new ManualTimers()
    const rpc = await openConnection(daemon.uri, { deadlineMs, timers, keepaliveMs: 1_000 })
    const ended = new Promise((resolve) => rpc.onEnd(resolve))
    timers.advance(1_000)
    await getHostname(rpc, { deadlineMs })
    timers.advance(4_000)
    expect(rpc.isClosed).toBe(false)
    timers.advance(1_000)
    await expect(ended).resolves.toMatchObject({ fault: 'disconnected', message: expect.stringContaining('silent') })
    expect(daemon.frames.some((frame) => frame.program === keepaliveProgram.program)).toBe(true)
    expect(timers.pending).toBe(0)
  })
})
