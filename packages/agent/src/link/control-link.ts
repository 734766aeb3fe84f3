// The agent's line to its control plane: beats, signed and numbered, with what changed since the last one that was taken; each answer
// is a lend contract for a while. Without one the state machine pauses by itself, so silence of whoever it is never lends.
//
// A contract counts from the moment its beat was sent, not from the answer. Beats are jittered, so that a thousand desktops that started
// with one power switch do not speak at once. A sequence is used once, also when nobody answered; it follows the clock on the wall, so
// that one whose file was lost is ahead all the same. Changes have numbers of their own, which they keep when a beat is lost and they are
// sent again; a sequence is never below the numbers that its beat carries.
import type { BeatAnswer, BeatRequest, ToldPower, ToldReport } from '@gleaner/model'
import type { ClockReading, DesktopAnswer } from '@gleaner/engine/opportunism'
import { agentPaths } from '@gleaner/model/desktop'
import type { GuestState } from '../guests/guest.ts'
import { agentVersion } from './agent-version.ts'
import type { ChangeBuffer } from './change-buffer.ts'
import { type Link, writeLink } from './link-file.ts'
import { LinkRefusal, newKey, publicPart, signedPost } from './signed-post.ts'

export interface ControlLinkParts {
  readonly file: string
  readonly link: Link
  readonly buffer: ChangeBuffer
  readonly clocks: () => ClockReading
  readonly say: (line: string) => void
  /** What is to be told now. */
  readonly now: () => LinkWord
}

export interface LinkWord {
  readonly answer: Pick<DesktopAnswer, 'phase' | 'verdict'>
  readonly phaseForMs: number
  readonly guests: readonly GuestState[]
  readonly slowestPauseMs: number
  /** Undefined where guests are not heard here. */
  readonly reports: readonly ToldReport[] | undefined
  /** Undefined where it is not to be told. */
  readonly power: ToldPower | undefined
}

export interface LinkStanding {
  readonly server: string
  readonly host: string
  /** Undefined until the first answer. */
  readonly answeredAgoMs: number | undefined
  readonly contractLeftMs: number
  readonly fault: string | undefined
}

const firstBeatMs = 5000
const soonMs = 50
const leastRetryMs = 1000
const mostRetryMs = 30_000

export class ControlLink {
  readonly #parts: ControlLinkParts
  #link: Link
  #contractUntilMs = Number.NEGATIVE_INFINITY
  #answeredAtMs: number | undefined
  #fault: string | undefined
  #failures = 0
  #beatMs = firstBeatMs
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #again = false
  #ended = false

  constructor(parts: ControlLinkParts) {
    this.#parts = parts
    this.#link = parts.link
  }

  /** On the clock that never jumps. */
  get contractUntilMs(): number {
    return this.#contractUntilMs
  }

  standing(): LinkStanding {
    const { monoMs } = this.#parts.clocks()
    return {
      server: this.#link.server,
      host: this.#link.host,
      answeredAgoMs: this.#answeredAtMs === undefined ? undefined : monoMs - this.#answeredAtMs,
      contractLeftMs: Math.max(0, this.#contractUntilMs - monoMs),
      fault: this.#fault,
    }
  }

  changed({ phase, verdict }: Pick<DesktopAnswer, 'phase' | 'verdict'>): void {
    this.#parts.buffer.add({ wallMs: this.#parts.clocks().wallMs, phase, verdict })
    if (this.#sending !== undefined) this.#again = true
    // One that does not answer is not asked more often because more happens.
    else if (this.#failures === 0) this.#schedule(soonMs)
  }

  start(): void {
    this.#schedule(soonMs)
  }

  /** The last word, if it can be said soon. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#sending
    this.#ended = true
    if (this.#failures === 0 && this.#parts.buffer.changes.length > 0) await this.beat()
  }

  /** One beat; never rejects. */
  beat(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
      if (this.#ended) return
      const again = this.#again && this.#failures === 0
      this.#again = false
      this.#schedule(again ? soonMs : jittered(this.#failures === 0 ? this.#beatMs : this.#retryMs()))
    })
    return this.#sending
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer)
    if (!this.#ended) this.#timer = setTimeout(() => void this.beat(), afterMs)
  }

  #retryMs(): number {
    return Math.min(mostRetryMs, this.#beatMs, leastRetryMs * 2 ** Math.min(10, this.#failures - 1))
  }

  async #send(): Promise<void> {
    const { clocks, buffer, say } = this.#parts
    const { monoMs, wallMs } = clocks()
    const sent = buffer.changes
    try {
      const newest = sent.at(-1)?.number ?? 0
      this.#keep({ ...this.#link, sequence: Math.max(this.#link.sequence + 1, Math.floor(wallMs), newest) })
      const answer = await this.#ask(this.#request(sent, wallMs))
      buffer.taken(sent, answer.changesTaken)
      if (this.#failures > 0) say(`the control plane at ${this.#link.server} answers again`)
      this.#failures = 0
      this.#fault = undefined
      this.#answeredAtMs = clocks().monoMs
      this.#contractUntilMs = monoMs + answer.contractForMs
      this.#beatMs = Math.max(1000, answer.nextBeatMs)
      if (answer.renew && this.#link.nextKey === undefined) this.#keep({ ...this.#link, nextKey: newKey() }, true)
    } catch (error) {
      this.#failures++
      this.#fault = (error as Error).message
      // What is refused is refused now: nothing is lent on an older word.
      if (error instanceof LinkRefusal && error.code === 'desktop-refused')
        this.#contractUntilMs = Number.NEGATIVE_INFINITY
      if (this.#failures === 1) say(`the control plane at ${this.#link.server}: ${this.#fault}`)
    }
  }

  #request(sent: ChangeBuffer['changes'], wallMs: number): BeatRequest {
    const { answer, phaseForMs, guests, slowestPauseMs, reports, power } = this.#parts.now()
    const { phase, verdict } = answer
    const { nextKey } = this.#link
    return {
      sequence: this.#link.sequence,
      version: agentVersion,
      phase,
      phaseForMs: Math.max(0, phaseForMs),
      verdict: short(verdict),
      guests: {
        running: guests.filter((state) => state === 'running' || state === 'unknown').length,
        paused: guests.filter((state) => state === 'paused').length,
      },
      slowestPauseMs,
      changes: sent.map((change) => ({
        number: change.number,
        agoMs: Math.max(0, wallMs - change.wallMs),
        phase: change.phase,
        verdict: short(change.verdict),
      })),
      lostChanges: this.#parts.buffer.lost,
      ...(reports === undefined ? {} : { reports: [...reports] }),
      ...(power === undefined ? {} : { power }),
      ...(nextKey === undefined ? {} : { nextKey: publicPart(nextKey) }),
    }
  }

  /** With the key that counts. After a new one was offered and nobody knows whether it arrived, the old one is tried first. */
  async #ask(request: BeatRequest): Promise<BeatAnswer> {
    const { server, ca, desktop, key, nextKey } = this.#link
    const to = { server, ca, path: agentPaths.beats }
    const { nextKey: _, ...plain } = request
    try {
      const answer = (await signedPost(to, { desktop, key }, request)) as BeatAnswer
      if (!isAnswer(answer)) throw new Error('the answer makes no sense')
      if (nextKey === undefined) return answer
    } catch (error) {
      if (nextKey === undefined || !(error instanceof LinkRefusal) || error.code !== 'desktop-refused') throw error
    }
    // Offered and taken, now or before: from here on the new one signs.
    this.#keep({ ...this.#link, sequence: this.#link.sequence + 1 })
    const again: BeatRequest = { ...plain, sequence: this.#link.sequence }
    const answer = (await signedPost(to, { desktop, key: nextKey }, again)) as BeatAnswer
    if (!isAnswer(answer)) throw new Error('the answer makes no sense')
    const { nextKey: __, ...rest } = this.#link
    this.#keep({ ...rest, key: nextKey }, true)
    return answer
  }

  #keep(link: Link, durable = false): void {
    writeLink(this.#parts.file, link, durable)
    this.#link = link
  }
}

function isAnswer(answer: Partial<BeatAnswer> | undefined): boolean {
  return (
    Number.isFinite(answer?.contractForMs) &&
    Number.isFinite(answer?.nextBeatMs) &&
    typeof answer?.renew === 'boolean' &&
    Number.isSafeInteger(answer.changesTaken)
  )
}

function short<V extends { readonly sentence: string }>(verdict: V): V {
  return { ...verdict, sentence: verdict.sentence.slice(0, 1000) }
}

function jittered(spanMs: number): number {
  return spanMs * (0.8 + 0.4 * Math.random())
}
