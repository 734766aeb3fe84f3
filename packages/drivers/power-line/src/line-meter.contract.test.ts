// The contract against a wattmeter on a real socket that writes a line per outlet again and again, and a device file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import { type MeterHarness, listenAgain, meterContract } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { LineMeter } from './line-meter.ts'

const clock = { nowMs: () => Date.now(), speed: 1, sleep: () => Promise.resolve() }
const never = new AbortController().signal

class FakeWattmeter {
  readonly powers = new Map<string, string>()
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #timer: NodeJS.Timeout | undefined
  #behaviour: 'silent' | 'noise' | undefined
  port = 0

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.port = await listenAgain(server, this.port)
    this.#server = server
    this.#timer = setInterval(() => this.#write(), 5)
  }

  behave(behaviour: 'silent' | 'noise' | undefined): void {
    this.#behaviour = behaviour
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined))
    this.#server = undefined
  }

  #write(): void {
    if (this.#behaviour === 'silent') return
    const lines =
      this.#behaviour === 'noise' ? ['HTTP/1.1 400 Bad Request'] : [...this.powers].map((pair) => pair.join(' '))
    // In pieces that do not end where lines do.
    const text = `${lines.join('\r\n')}\r\n`
    for (const socket of this.#sockets) {
      socket.write(text.slice(0, 7))
      socket.write(text.slice(7))
    }
  }
}

async function open(): Promise<MeterHarness> {
  const device = new FakeWattmeter()
  for (const outlet of ['a', 'b', 'c']) device.powers.set(outlet, '0')
  await device.listen()
  const meter = new LineMeter({
    id: 'watts',
    clock,
    from: { host: '127.0.0.1', port: device.port },
    format: 'plain',
    timeoutMs: 1500,
    staleMs: 1500,
  })
  // What was said before the last change is not what the test asks for.
  const settle = async (outlet: string, powerW: number) => {
    for (const endMs = performance.now() + 20_000; performance.now() < endMs; ) {
      const [reading] = await meter.read([outlet], never).catch(() => [])
      if (Math.abs((reading?.powerW ?? Number.NaN) - powerW) < 0.1) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return {
    meter,
    outlets: ['a', 'b', 'c'],
    absent: 'z',
    resolutionW: 0.1,
    countsEnergy: false,
    nowMs: clock.nowMs,
    setPower: async (outlet, powerW) => {
      device.powers.set(outlet, String(powerW))
      await settle(outlet, powerW)
    },
    faults: ['away', 'hang', 'garbage'],
    behave: async (fault) => {
      if (fault === 'away') await device.close()
      else if (fault === undefined && device.port > 0) {
        device.behave(undefined)
        await device.close()
        await device.listen()
      } else device.behave(fault === 'hang' ? 'silent' : 'noise')
      // What was heard before is too old then.
      if (fault !== undefined) await new Promise((resolve) => setTimeout(resolve, 1700))
    },
    secrets: [],
    dispose: async () => {
      await meter.close()
      await device.close()
    },
  }
}

meterContract({ describe, it }, 'lines over TCP', { open })

describe('a device file', () => {
  it('is read line by line; one that is not there is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gleaner-line-'))
    const path = join(folder, 'ttyUSB0')
    writeFileSync(path, '#d,-,18,2125,2301;\n')
    const meter = new LineMeter({ id: 'usb', clock, from: { path }, format: 'wattsup', timeoutMs: 1000 })
    // A file ends, which a line does not: what was on it is gone with it, and the next reading opens it again.
    const [reading] = await meter.read(['1'], never)
    expect([reading?.powerW, reading?.fault]).toContain(212.5)
    await meter.close()
    const missing = new LineMeter({ id: 'usb', clock, from: { path: join(folder, 'none') }, format: 'plain' })
    await expect(missing.read(['1'], never)).rejects.toSatisfy((error) => isError(error, 'meter-unavailable'))
    rmSync(folder, { recursive: true })
  })
})
