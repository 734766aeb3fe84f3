// Listens to nova's versioned notifications on RabbitMQ, for as long as the signal allows. Guarantees: a queue of our own that
// is gone with the connection, bounded in length and age, so that nothing piles up when nobody listens; a bus that is gone is
// tried again after pauses that grow to a minute; whether it is there is told at every change. Errors name host and port,
// never the user or the password of the address.
import { connect, type ChannelModel } from 'amqplib'
import { type Notification, readNotification } from './notification.ts'
import { untilAborted } from './until-aborted.ts'
import type { WireClock } from './wire-clock.ts'

export interface BusOptions {
  /** amqp://user:password@host:port/vhost, or amqps. */
  readonly url: string
  readonly clock: WireClock
  readonly onNotification: (notification: Notification) => void
  readonly onState: (isConnected: boolean, detail: string) => void
  /** Nova's `control_exchange`. */
  readonly exchange?: string
  /** Nova's `versioned_notifications_topics`. */
  readonly topic?: string
}

const firstPauseMs = 1_000
const longestPauseMs = 60_000
const connectTimeoutMs = 10_000
const heartbeatS = 20
const mostMessages = 10_000
const longestWaitMs = 60_000
const largestBytes = 1024 * 1024

export class NotificationBus {
  readonly #options: BusOptions
  readonly #where: string
  #isConnected = false

  constructor(options: BusOptions) {
    this.#options = options
    this.#where = whereOf(options.url)
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    let pauseMs = firstPauseMs
    let isFirst = true
    while (!signal.aborted) {
      try {
        await this.#listen(signal, () => (pauseMs = firstPauseMs))
        if (!signal.aborted) this.#say(false, `the connection to ${this.#where} ended`, isFirst)
      } catch (error) {
        if (signal.aborted) return
        this.#say(false, `no connection to ${this.#where} (${wordOf(error)})`, isFirst)
      }
      isFirst = false
      await clock.sleep(pauseMs, signal).catch(() => {})
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    }
  }

  /** Connected until the connection ends or the signal fires. */
  async #listen(signal: AbortSignal, onReady: () => void): Promise<void> {
    const { url, exchange = 'nova', topic = 'versioned_notifications', onNotification } = this.#options
    const opening = connect(withHeartbeat(url), { timeout: connectTimeoutMs })
    // Whoever gives up while it is being opened does not leave it open.
    opening.then(
      (late) => {
        if (signal.aborted) void closeQuietly(late)
      },
      () => {},
    )
    const connection = await untilAborted(opening, signal)
    const ended = new Promise<void>((resolve) => {
      connection.on('close', () => resolve())
      connection.on('error', () => {})
    })
    try {
      const channel = await connection.createChannel()
      channel.on('error', () => {})
      const { queue } = await channel.assertQueue('', {
        exclusive: true,
        autoDelete: true,
        durable: false,
        maxLength: mostMessages,
        messageTtl: longestWaitMs,
      })
      await channel.bindQueue(queue, exchange, `${topic}.*`)
      await channel.consume(
        queue,
        (message) => {
          if (message === null || message.content.length > largestBytes) return
          const notification = readNotification(message.content.toString('utf8'))
          if (notification !== undefined) onNotification(notification)
        },
        { noAck: true },
      )
      onReady()
      this.#say(true, `listening to ${exchange} on ${this.#where}`, false)
      await untilAborted(ended, signal)
    } finally {
      await closeQuietly(connection)
    }
  }

  #say(isConnected: boolean, detail: string, isFirst: boolean): void {
    if (this.#isConnected === isConnected && !isFirst) return
    this.#isConnected = isConnected
    this.#options.onState(isConnected, detail)
  }
}

async function closeQuietly(connection: ChannelModel): Promise<void> {
  try {
    await connection.close()
  } catch {
    // It was closed already.
  }
}

function withHeartbeat(url: string): string {
  const full = new URL(url)
  if (!full.searchParams.has('heartbeat')) full.searchParams.set('heartbeat', String(heartbeatS))
  return full.href
}

function whereOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the bus'
}

/** RabbitMQ's own words can hold what was asked; its code, or that of the network, is enough. */
function wordOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (typeof code === 'string' || typeof code === 'number') return String(code)
  const known = /ACCESS[-_]REFUSED|NOT[-_]FOUND|timeout|handshake|socket closed/i.exec(String(message))
  return known?.[0].toLowerCase() ?? 'refused'
}
