// Ledger totals over time: one cloud's, or those of all clouds together, which every cycle stores under the name `all`.
// The span is cut into `points` equal parts; a part shows the mean of what was stored in it, and parts in which nothing
// was stored are left out: a gap stays a gap.
import {
  type CloudId,
  GleanerError,
  type LedgerLine,
  type LedgerPointView,
  type endpoints,
  parseDurationMs,
} from '@gleaner/model'
import type { LedgerPoint } from '@gleaner/ports'
import type { Handler } from '../handler.ts'
import { ledgerLineView } from '../view/ledger-view.ts'
import { timeText } from '../view/time-text.ts'

const dayMs = 86_400_000
const allClouds = 'all'

export const getLedgerHistory: Handler<typeof endpoints.getLedgerHistory> = async ({ app, query }) => {
  if (query.cloud !== undefined && !app.clouds.has(query.cloud as CloudId))
    throw new GleanerError('not-found', { object: `The cloud "${query.cloud}"` })
  const toMs = app.clock.nowMs() + 1
  const fromMs = toMs - (parseDurationMs(query.for ?? '1d') || dayMs)
  const range = await app.store.ledger.range(query.cloud ?? allClouds, fromMs, toMs)
  return { items: bucketMeans(range, { fromMs, toMs, points: query.points ?? 300 }) }
}

interface Cut {
  readonly fromMs: number
  readonly toMs: number
  readonly points: number
}

export function bucketMeans(range: readonly LedgerPoint[], cut: Cut): LedgerPointView[] {
  const stepMs = (cut.toMs - cut.fromMs) / cut.points
  const groups = new Map<number, LedgerPoint[]>()
  for (const point of range) {
    const bucket = Math.floor((point.atMs - cut.fromMs) / stepMs)
    if (bucket < 0 || bucket >= cut.points) continue
    const group = groups.get(bucket)
    if (group === undefined) groups.set(bucket, [point])
    else group.push(point)
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([bucket, group]) => ({
      at: timeText(cut.fromMs + bucket * stepMs),
      cores: ledgerLineView(mean(group.map((point) => point.cores))),
      memoryMiB: ledgerLineView(mean(group.map((point) => point.memoryMiB))),
    }))
}

/** What is used, and what is estimated, counts only where every line has it. */
function mean(lines: readonly LedgerLine[]): LedgerLine {
  const of = (read: (line: LedgerLine) => number) =>
    lines.reduce((total, line) => total + read(line), 0) / Math.max(1, lines.length)
  const used = of((line) => line.used ?? Number.NaN)
  const estimatedPeak = of((line) => line.estimatedPeak ?? Number.NaN)
  return {
    physical: of((line) => line.physical),
    reserved: of((line) => line.reserved),
    usable: of((line) => line.usable),
    booked: of((line) => line.booked),
    used: Number.isNaN(used) ? undefined : used,
    firmPeak: of((line) => line.firmPeak),
    measuredPeak: of((line) => line.measuredPeak),
    estimatedPeak: Number.isNaN(estimatedPeak) ? undefined : estimatedPeak,
    leased: of((line) => line.leased),
    lent: of((line) => line.lent),
    headroom: of((line) => line.headroom),
    idle: of((line) => line.idle),
    overdrawn: of((line) => line.overdrawn),
    physicallyFree: of((line) => line.physicallyFree),
    sellable: of((line) => line.sellable),
  }
}
