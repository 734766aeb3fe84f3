// Tells what changes in the cloud while somebody listens: by the bus where there is one, and by asking nova, often without the
// bus and seldom with it: a bus can be connected and silent, when nova was not told to send anything.
import type { CloudId } from '@gleaner/model'
import type { Clock, CloudEvent } from '@gleaner/ports'
import { NotificationBus, type OpenStackConnection } from '@gleaner/wire-openstack'
import { BusEvents } from './bus-events.ts'
import { ChangePoll } from './change-poll.ts'

interface FeedOptions {
  readonly cloudId: CloudId
  readonly clock: Clock
  readonly pollMs: number
  /** Address of the bus; undefined without one. */
  readonly busUrl: string | undefined
  readonly connect: () => Promise<OpenStackConnection>
  readonly tell: (event: CloudEvent) => void
}

export interface BusTrial {
  readonly isConnected: boolean
  readonly detail: string
}

/** With the bus nova is asked this much less often. */
const withBusFactor = 6

export class ChangeFeed {
  readonly #options: FeedOptions
  readonly #events: BusEvents
  #running: { readonly end: AbortController; readonly done: Promise<unknown> } | undefined
  #isOnBus = false

  constructor(options: FeedOptions) {
    this.#options = options
    this.#events = new BusEvents(options.cloudId)
  }

  /** Connects to the bus once: whether it is there, and in which words that is told. */
  async tryBus(signal: AbortSignal): Promise<BusTrial> {
    const { busUrl = '', clock } = this.#options
    const end = new AbortController()
    let trial: BusTrial | undefined
    const onState = (isConnected: boolean, detail: string) => {
      trial ??= { isConnected, detail }
      end.abort()
    }
    const bus = new NotificationBus({ url: busUrl, clock, onNotification: () => {}, onState })
    await bus.run(AbortSignal.any([signal, end.signal]))
    signal.throwIfAborted()
    return trial ?? { isConnected: false, detail: 'not tried' }
  }

  zoneOf(serverId: string): string | undefined {
    return this.#events.zoneOf(serverId)
  }

  start(): void {
    if (this.#running !== undefined) return
    const { cloudId, clock, pollMs, busUrl, connect, tell } = this.#options
    const end = new AbortController()
    const pauseMs = () => (this.#isOnBus ? pollMs * withBusFactor : pollMs)
    const poll = new ChangePoll({ cloudId, clock, pauseMs, connect, tell })
    const parts = [poll.run(end.signal), ...(busUrl === undefined ? [] : [this.#listen(busUrl, end.signal)])]
    this.#running = { end, done: Promise.all(parts) }
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    running?.end.abort()
    await running?.done
  }

  #listen(url: string, signal: AbortSignal): Promise<void> {
    const { clock, tell } = this.#options
    const bus = new NotificationBus({
      url,
      clock,
      onNotification: (notification) => {
        const event = this.#events.read(notification)
        if (event !== undefined) tell(event)
      },
      onState: (isConnected, detail) => {
        this.#isOnBus = isConnected
        tell({ kind: 'connection-changed', detail: `bus: ${detail}` })
      },
    })
    return bus.run(signal).finally(() => (this.#isOnBus = false))
  }
}
