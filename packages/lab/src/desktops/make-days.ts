// What happens at one desktop, from a seed: its user comes at eight or nine, has lunch, meetings and an evening now and then, works from
// home on some days (over ssh or a remote desktop), and is away on weekends and for three weeks. Within a stay activity comes in
// bursts with pauses of reading between. Somebody walks past at night; backups load the machine. Half-open spans in milliseconds.
import { SeededRandom } from '../generate/seeded-random.ts'

/** local: keyboard and mouse. remote: ssh, or a remote desktop without a terminal. bump: the desk shook. load: the machine's own work. */
export type DeskSource = 'local' | 'ssh' | 'remote-desktop' | 'bump' | 'load'

export interface DeskSpan {
  readonly source: DeskSource
  readonly fromMs: number
  readonly toMs: number
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
export const dayMs: number = 24 * hour

/** Sorted by begin; spans of persons do not overlap each other. Day 0 is a Monday. */
export function makeDays(seed: number, days: number): readonly DeskSpan[] {
  const random = new SeededRandom(seed)
  const habits = {
    fromHour: random.between(7.5, 9.5),
    workHours: random.between(7, 9.5),
    homeShare: random.between(0, 0.4),
    eveningShare: random.between(0, 0.15),
    readingMs: random.between(20, 90) * second,
    awayWeek: Math.floor(random.between(0, 50)),
    remote: random.next() < 0.7 ? ('ssh' as const) : ('remote-desktop' as const),
  }
  const spans: DeskSpan[] = []
  for (let day = 0; day < days; day++) {
    const startMs = day * dayMs
    addMachine(spans, random, startMs)
    const weekend = day % 7 >= 5
    const away = Math.floor(day / 7) - habits.awayWeek
    if ((weekend && random.next() > 0.04) || (away >= 0 && away < 3)) continue
    const source = random.next() < habits.homeShare ? habits.remote : 'local'
    const from = startMs + (habits.fromHour + random.normal() * 0.3) * hour
    const lunch = from + random.between(3, 4.5) * hour
    const end = from + (habits.workHours + random.normal() * 0.5) * hour
    const stays: [number, number][] = [
      [from, lunch],
      [lunch + random.between(25, 70) * minute, end],
    ]
    if (random.next() < habits.eveningShare) {
      const evening = startMs + random.between(20, 22) * hour
      stays.push([Math.max(evening, end + 10 * minute), Math.max(evening, end) + random.between(20, 120) * minute])
    }
    for (const [begin, stop] of stays)
      addStay(spans, random, { source, fromMs: begin, toMs: stop, readingMs: habits.readingMs })
  }
  return joined(spans.sort((a, b) => a.fromMs - b.fromMs))
}

/** Bursts of typing, pauses of reading, and now and then a meeting. */
function addStay(
  spans: DeskSpan[],
  random: SeededRandom,
  stay: { readonly source: DeskSource; readonly fromMs: number; readonly toMs: number; readonly readingMs: number },
): void {
  for (let atMs = stay.fromMs; atMs < stay.toMs; ) {
    const toMs = Math.min(stay.toMs, atMs + second + random.exponential(60 * second))
    spans.push({ source: stay.source, fromMs: atMs, toMs })
    atMs = toMs + (random.next() < 0.02 ? random.between(20, 90) * minute : second + random.exponential(stay.readingMs))
  }
}

function addMachine(spans: DeskSpan[], random: SeededRandom, startMs: number): void {
  const backupMs = startMs + random.between(1, 4) * hour
  spans.push({ source: 'load', fromMs: backupMs, toMs: backupMs + random.between(5, 40) * minute })
  for (let left = Math.floor(random.exponential(2)); left > 0; left--) {
    const atMs = startMs + random.next() * dayMs
    spans.push({ source: 'bump', fromMs: atMs, toMs: atMs + random.between(50, 400) })
  }
}

/** Spans of persons that would overlap become one; what shook or ran beside them stays as it is. */
function joined(spans: readonly DeskSpan[]): readonly DeskSpan[] {
  const out: DeskSpan[] = []
  let lastPerson = -1
  for (const span of spans) {
    const person = out[lastPerson]
    if (span.source === 'load' || span.source === 'bump') out.push(span)
    else if (person !== undefined && span.fromMs <= person.toMs)
      out[lastPerson] = { ...person, toMs: Math.max(person.toMs, span.toMs) }
    else lastPerson = out.push(span) - 1
  }
  return out
}
