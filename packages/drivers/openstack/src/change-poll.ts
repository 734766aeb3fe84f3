// Asks nova what has changed, again and again while somebody listens: servers by `changes-since`, compute services by
// comparing. Tells each change once. What nova does not answer is told once as well, and again when it answers.
import { describeError, hostId, instanceId, type CloudId } from '@gleaner/model'
import type { Clock, CloudEvent } from '@gleaner/ports'
import { isStatus, type NovaServer, type NovaService, type OpenStackConnection } from '@gleaner/wire-openstack'
import { instanceState } from './instance-state.ts'

interface PollOptions {
  readonly cloudId: CloudId
  readonly clock: Clock
  /** How long until the next look. */
  readonly pauseMs: () => number
  readonly connect: () => Promise<OpenStackConnection>
  readonly tell: (event: CloudEvent) => void
}

/** Nova's times have no fractions of a second. */
const toleranceMs = 2_000

export class ChangePoll {
  readonly #options: PollOptions
  /** What was told of each server changed lately. */
  #told = new Map<string, string>()
  #services: ReadonlyMap<string, string> | undefined
  #sinceMs: number | undefined
  #isAway = false

  constructor(options: PollOptions) {
    this.#options = options
  }

  /** Until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, pauseMs } = this.#options
    const beganMs = clock.nowMs()
    while (!signal.aborted) {
      try {
        await this.#look(beganMs, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#say(`no answer: ${describeError(error)}`, true)
      }
      await clock.sleep(pauseMs(), signal).catch(() => {})
    }
  }

  async #look(beganMs: number, signal: AbortSignal): Promise<void> {
    const { nova } = await this.#options.connect()
    const told = new Map<string, string>()
    // Before the first answer nobody knows what the cloud's clock says: a little more than needed is asked for.
    const isFirst = this.#sinceMs === undefined
    const askedAtMs = this.#options.clock.nowMs()
    let sentAtMs: number | undefined
    for await (const page of nova.servers({ changedSinceMs: this.#sinceMs ?? askedAtMs - 60_000 }, signal)) {
      sentAtMs ??= page.sentAtMs
      const aheadMs = (page.sentAtMs ?? askedAtMs) - askedAtMs
      for (const server of page.servers) {
        const word = wordOf(server)
        told.set(server.id, word)
        const isOld = isFirst && (server.updatedAtMs ?? 0) < beganMs + aheadMs - toleranceMs
        if (!isOld && this.#told.get(server.id) !== word) this.#tellServer(server)
      }
    }
    this.#sinceMs = (sentAtMs ?? askedAtMs) - toleranceMs
    this.#told = told
    await this.#lookAtServices(nova, signal)
    if (this.#isAway) this.#say('answers again', false)
  }

  async #lookAtServices(nova: OpenStackConnection['nova'], signal: AbortSignal): Promise<void> {
    const services = await nova.services(signal).catch((error: unknown) => {
      if (isStatus(error, 403)) return undefined
      throw error
    })
    if (services === undefined) return
    const before = this.#services
    this.#services = new Map(services.map((service) => [service.host, serviceWord(service)]))
    for (const [host, word] of this.#services) {
      if (before === undefined || before.get(host) === word) continue
      const detail = `${host}: ${word}`
      this.#options.tell({ kind: 'host-changed', hostId: hostId(this.#options.cloudId, host), detail })
    }
  }

  #tellServer(server: NovaServer): void {
    const { cloudId, tell } = this.#options
    const detail = `${server.name === '' ? server.id : server.name}: ${instanceState(server) ?? 'deleted'}`
    tell({ kind: 'instance-changed', instanceId: instanceId(cloudId, server.id), detail })
  }

  #say(detail: string, isAway: boolean): void {
    if (this.#isAway !== isAway) this.#options.tell({ kind: 'connection-changed', detail })
    this.#isAway = isAway
  }
}

function wordOf({ updatedAtMs, vmState, taskState, powerState, status }: NovaServer): string {
  return [updatedAtMs, vmState, taskState, powerState, status].join(' ')
}

function serviceWord({ isEnabled, isUp, isForcedDown, disabledReason }: NovaService): string {
  const words = [isUp ? 'up' : 'down', isEnabled ? 'enabled' : 'disabled', ...(isForcedDown ? ['forced down'] : [])]
  return `${words.join(', ')}${disabledReason === undefined ? '' : ` (${disabledReason})`}`
}
