// A sink that writes down what it is told, series by series; pieces of one series are joined.
import type { Labels, SeriesSink } from '../series-sink.ts'

export interface RecordedSeries {
  readonly labels: Labels
  readonly samples: (readonly [atMs: number, value: number])[]
}

export class RecordingSink implements SeriesSink {
  readonly series = new Map<string, RecordedSeries>()
  #current: RecordedSeries | undefined

  begin(key: string, labels: () => Labels): boolean {
    this.#current = this.series.get(key) ?? { labels: { ...labels() }, samples: [] }
    this.series.set(key, this.#current)
    return true
  }

  sample(atMs: number, value: number): void {
    this.#current?.samples.push([atMs, value])
  }

  get all(): readonly RecordedSeries[] {
    return [...this.series.values()]
  }
}

interface Answer {
  push(chunk: Buffer): void
  finish(): unknown
}

/** Feeds the text in pieces of the given sizes, over and over; whole when there are none. */
export function feed(answer: Answer, text: string, sizes: readonly number[] = []): unknown {
  const bytes = Buffer.from(text)
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1)
    // A copy: who keeps a piece must not count on it staying as it was.
    answer.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return answer.finish()
}
