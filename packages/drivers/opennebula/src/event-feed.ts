// Listens to what OpenNebula's hook manager publishes (ZeroMQ, port 2101): every change of a state. It wakes whoever reads the
// cloud, and is believed nothing else: a publisher keeps nothing for those who come later, so what is missed is seen at the
// next reading anyway.
//
// A whole reading is dear for OpenNebula, and on a busy cloud something changes all the time. So the first change is told at
// once, and those that follow within a pause all together at its end.
import type { CloudId } from '@gleaner/model'
import { instanceId } from '@gleaner/model'
import { type CheckItem, type Clock, type CloudEvent, untilAborted } from '@gleaner/ports'
import { subscribe } from '@gleaner/wire-zmtp'
import { text as harmless } from './parse/harmless-text.ts'
import { hostIdOf } from './native-id.ts'

export interface EventFeedOptions {
  readonly cloudId: CloudId
  readonly address: URL
  readonly clock: Clock
  readonly tell: (event: CloudEvent) => void
}

/** "EVENT STATE VM/ACTIVE/SAVE_SUSPEND/5 ", "EVENT STATE HOST/DISABLED//1 ": the blank at the end is OpenNebula's. */
const topicPattern = /^EVENT STATE (VM|HOST)\/([A-Z_]*)\/([A-Z_]*)\/(\d{1,10}) ?$/
const wanted = ['EVENT STATE VM/', 'EVENT STATE HOST/']
const pauseMs = 15_000
const mostWaiting = 1000
const connectWithinMs = 10_000
const firstRetryMs = 1000
const longestRetryMs = 60_000

export class EventFeed {
  readonly #options: EventFeedOptions
  readonly #closed = new AbortController()
  /** Resolves when the first attempt has succeeded (undefined) or failed (why). */
  readonly #tried: Promise<string | undefined>
  #fault: string | undefined = 'not yet connected'
  #waiting = new Map<string, CloudEvent>()
  #isPausing = false
  #leave = () => {}

  constructor(options: EventFeedOptions) {
    this.#options = options
    let settle: (fault: string | undefined) => void = () => {}
    this.#tried = new Promise((resolve) => (settle = resolve))
    void this.#listen(settle)
  }

  /** Changes that were heard and are told when the pause is over. */
  get heldBack(): number {
    return this.#waiting.size
  }

  async check(): Promise<CheckItem> {
    await this.#tried
    const what = 'events'
    const from = this.#options.address.host
    if (this.#fault === undefined) return { what, ok: true, detail: `heard from ${from}` }
    return {
      what,
      ok: false,
      detail: `${from}: ${this.#fault}`,
      remedy:
        'Open the port of the hook manager (HM_MAD in oned.conf, 2101), or leave out events: changes are then seen when all is read.',
    }
  }

  close(): void {
    this.#closed.abort()
    this.#leave()
  }

  async #listen(settle: (fault: string | undefined) => void): Promise<void> {
    const { clock } = this.#options
    for (let failures = 0; !this.#closed.signal.aborted; ) {
      const wasReady = await this.#once(settle)
      if (this.#closed.signal.aborted) return
      settle(this.#fault)
      failures = wasReady ? 1 : failures + 1
      const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1))
      await clock.sleep(retryMs, this.#closed.signal).catch(() => {})
    }
  }

  /** One connection, to its end; whether it ever was one. */
  async #once(settle: (fault: string | undefined) => void): Promise<boolean> {
    const { address, tell, clock } = this.#options
    const over = new AbortController()
    let isReady = false
    const ended = new Promise<string>((resolve) => {
      this.#leave = subscribe({
        host: address.hostname.replace(/^\[|\]$/g, ''),
        port: Number(address.port),
        topics: wanted,
        ready: () => {
          isReady = true
          this.#fault = undefined
          settle(undefined)
          // Whatever changed while nobody listened.
          tell({ kind: 'connection-changed', detail: `events are heard from ${address.host}` })
        },
        heard: (topic) => this.#hear(topic),
        ended: (error) => resolve(harmless(error.message)),
      })
    })
    const closed = untilAborted(ended, this.#closed.signal).catch(() => 'closed')
    const late = clock.sleep(connectWithinMs, over.signal).then(
      () => (isReady ? closed : 'no answer'),
      () => closed,
    )
    this.#fault = await Promise.race([closed, late])
    over.abort()
    this.#leave()
    if (isReady && !this.#closed.signal.aborted) {
      tell({ kind: 'connection-changed', detail: `no events from ${address.host}: ${this.#fault}` })
    }
    return isReady
  }

  #hear(topic: string): void {
    const event = this.#eventOf(topic)
    if (event === undefined) return
    if (!this.#isPausing) {
      this.#options.tell(event)
      void this.#pause()
    } else if (this.#waiting.size < mostWaiting) this.#waiting.set(topic, event)
  }

  async #pause(): Promise<void> {
    const { clock, tell } = this.#options
    this.#isPausing = true
    await clock.sleep(pauseMs, this.#closed.signal).catch(() => {})
    this.#isPausing = false
    const [waiting, isClosed] = [this.#waiting, this.#closed.signal.aborted]
    this.#waiting = new Map()
    if (isClosed || waiting.size === 0) return
    void this.#pause()
    for (const event of waiting.values()) tell(event)
  }

  #eventOf(topic: string): CloudEvent | undefined {
    const [, kind, state, lcmState, id] = topicPattern.exec(topic) ?? []
    if (id === undefined) return undefined
    const { cloudId } = this.#options
    const word = state === 'ACTIVE' ? lcmState : state
    return kind === 'VM'
      ? { kind: 'instance-changed', instanceId: instanceId(cloudId, String(Number(id))), detail: `VM ${id}: ${word}` }
      : { kind: 'host-changed', hostId: hostIdOf(cloudId, Number(id)), detail: `host ${id}: ${word}` }
  }
}
