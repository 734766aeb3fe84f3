// Hears the guests of this host on their lines, one each, and keeps the newest report of every guest and nothing else: what a guest said
// while nobody could be told of it is worth nothing later. Guests come and go: their lines are looked for every five seconds.
import { ReportChannel } from '@gleaner/driver-libvirt/reports'
import type { ToldReport } from '@gleaner/model'
import type { ClockReading } from '@gleaner/engine/opportunism'
import { setTimeout as sleep } from 'node:timers/promises'
import { findReportPlaces, type ReportPattern } from './report-places.ts'

const rescanMs = 5000

export interface GuestReportsParts {
  readonly patterns: readonly ReportPattern[]
  readonly clocks: () => ClockReading
  readonly say: (line: string) => void
}

export class GuestReports {
  readonly #parts: GuestReportsParts
  readonly #channels = new Map<string, ReportChannel>()
  readonly #timer: NodeJS.Timeout
  #fault: string | undefined

  constructor(parts: GuestReportsParts) {
    this.#parts = parts
    this.#scan()
    this.#timer = setInterval(() => this.#scan(), rescanMs)
  }

  /** For people: guests with a line, and those that were heard lately. */
  get counts(): { readonly lines: number; readonly heard: number } {
    return { lines: this.#channels.size, heard: this.now().length }
  }

  /** Of each guest that was heard lately, what it said last. */
  now(): readonly ToldReport[] {
    return [...this.#channels].flatMap(([instance, channel]) => {
      const heard = channel.heard()
      if (heard === undefined) return []
      const { everyS, users, idleS } = heard.report
      // More people than fit into a number are no people.
      if (users > mostUsers) return []
      return [{ instance, agoMs: Math.max(0, heard.agoMs), everyMs: everyS * 1000, users, idleMs: idleS * 1000 }]
    })
  }

  close(): void {
    clearInterval(this.#timer)
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
  }

  #scan(): void {
    const { patterns, clocks, say } = this.#parts
    const { places, fault } = findReportPlaces(patterns)
    if (fault !== this.#fault && fault !== undefined) say(`reports of guests: ${fault}`)
    this.#fault = fault
    const wanted = new Map(places.map(({ instance, path }) => [instance, path]))
    for (const [instance, channel] of this.#channels) {
      if (wanted.get(instance) === channel.path) continue
      channel.close()
      this.#channels.delete(instance)
    }
    for (const [instance, path] of wanted) {
      if (this.#channels.has(instance)) continue
      const monotonicMs = () => clocks().monoMs
      this.#channels.set(instance, new ReportChannel({ path, clock: realTime, monotonicMs }))
    }
  }
}

const mostUsers = 1_000_000

const realTime = {
  speed: 1,
  nowMs: () => Date.now(),
  sleep: async (durationMs: number, signal?: AbortSignal) => {
    await sleep(durationMs, undefined, { ref: false, ...(signal && { signal }) })
  },
}
