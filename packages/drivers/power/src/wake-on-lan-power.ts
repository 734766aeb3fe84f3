// A host whose network card listens while it sleeps: it is woken by a magic packet (six times ff, then the address of the card
// sixteen times: 102 bytes over UDP), and goes to sleep, and tells its state, by commands. A packet is never answered;
// whether it did anything is seen by the state.
import { createSocket } from 'node:dgram'
import type { CheckItem, HostPower, PowerState } from '@gleaner/ports'
import { CommandPower } from './command-power.ts'
import { unavailable } from './power-fault.ts'

export interface WakeOnLanOptions {
  readonly name: string
  readonly mac: string
  readonly broadcast: string
  readonly port: number
  readonly state: readonly string[]
  readonly sleep: readonly string[]
  readonly timeoutMs: number
}

export class WakeOnLanPower implements HostPower {
  readonly kind = 'wake-on-lan'
  readonly address: string
  readonly #options: WakeOnLanOptions
  readonly #commands: CommandPower

  constructor(options: WakeOnLanOptions) {
    this.#options = options
    this.#commands = new CommandPower({ ...options, wake: [] })
    this.address = `wake-on-lan ${options.mac} by ${options.broadcast}:${options.port}`
  }

  check(signal: AbortSignal): Promise<readonly CheckItem[]> {
    return this.#commands.check(signal)
  }

  state(signal: AbortSignal): Promise<PowerState> {
    return this.#commands.state(signal)
  }

  sleep(signal: AbortSignal): Promise<void> {
    return this.#commands.sleep(signal)
  }

  async wake(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { mac, broadcast, port } = this.#options
    const socket = createSocket('udp4')
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind(0, () => {
          socket.setBroadcast(true)
          socket.send(magicPacket(mac), port, broadcast, (error) => (error === null ? resolve() : reject(error)))
        })
      })
    } catch (error) {
      throw unavailable(
        this.address,
        `the packet could not be sent (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
        error,
      )
    } finally {
      socket.close()
    }
  }

  close(): Promise<void> {
    return this.#commands.close()
  }
}

export function magicPacket(mac: string): Uint8Array {
  const address = Uint8Array.from(mac.split(/[:-]/), (byte) => Number.parseInt(byte, 16))
  const packet = new Uint8Array(102).fill(0xff, 0, 6)
  for (let at = 6; at < packet.length; at += 6) packet.set(address, at)
  return packet
}
