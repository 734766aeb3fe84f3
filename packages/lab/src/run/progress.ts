// How far a run is: bytes read of all, rate, time left. On a terminal one line that is rewritten, in a log a line every few
// seconds. Reading comes before computing, but both go with the bytes, so the rate of the whole tells the time left.

export interface ProgressOptions {
  readonly totalBytes: number
  readonly traces: number
  readonly isTerminal: boolean
  readonly write: (text: string) => void
  readonly nowMs: () => number
}

const terminalEveryMs = 100
const logEveryMs = 5000

export class Progress {
  readonly #options: ProgressOptions
  readonly #startedMs: number
  #shownMs: number
  #bytes = 0
  #done = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#startedMs = options.nowMs()
    this.#shownMs = this.#startedMs
  }

  addBytes(count: number): void {
    this.#bytes += count
    this.#show()
  }

  finishTrace(): void {
    this.#done++
    this.#show()
  }

  end(): void {
    if (this.#options.isTerminal) this.#options.write('\r\u001b[K')
  }

  text(): string {
    const { totalBytes, traces, nowMs } = this.#options
    const seconds = Math.max(0.001, (nowMs() - this.#startedMs) / 1000)
    const share = totalBytes === 0 ? 1 : Math.min(1, this.#bytes / totalBytes)
    const rate = this.#bytes / seconds
    const left = rate > 0 ? Math.max(0, totalBytes - this.#bytes) / rate : Number.NaN
    const parts = [`${this.#done} of ${traces} traces`, `${Math.round(share * 100)} %`, `${megabytes(rate)} MB/s`]
    if (!Number.isNaN(left) && share < 1) parts.push(`${duration(left)} left`)
    return parts.join(' · ')
  }

  #show(): void {
    const { isTerminal, write, nowMs } = this.#options
    const now = nowMs()
    if (now - this.#shownMs < (isTerminal ? terminalEveryMs : logEveryMs)) return
    this.#shownMs = now
    write(isTerminal ? `\r\u001b[K${this.text()}` : `${this.text()}\n`)
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
