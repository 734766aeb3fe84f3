// Ledger totals over time: one cloud's, or the sum of all. The span is cut into `points` equal parts; a part shows the
// mean of the points stored in it. In a sum a cloud without a point in a part counts with its last one before, so that a
// cloud that was not read for a while does not look like one that vanished; parts before the first point of any cloud are
// left out.
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

export const getLedgerHistory: Handler<typeof endpoints.getLedgerHistory> = async ({ app, query }) => {
  if (query.cloud !== undefined && !app.clouds.has(query.cloud as CloudId))
    throw new GleanerError('not-found', { object: `The cloud "${query.cloud}"` })
  const toMs = app.clock.nowMs() + 1
  const fromMs = toMs - (parseDurationMs(query.for ?? '1d') || dayMs)
  const clouds = query.cloud === undefined ? [...app.clouds.keys()] : [query.cloud]
  const ranges = await Promise.all(clouds.map((cloud) => app.store.ledger.range(cloud, fromMs, toMs)))
  return { items: bucketSums(ranges, { fromMs, toMs, points: query.points ?? 300 }) }
}

interface Cut {
  readonly fromMs: number
  readonly toMs: number
  readonly points: number
}

export function bucketSums(ranges: readonly (readonly LedgerPoint[])[], cut: Cut): LedgerPointView[] {
  const means = ranges.map((range) => bucketMeans(range, cut))
  const last: (LedgerPoint | undefined)[] = ranges.map(() => undefined)
  const items: LedgerPointView[] = []
  const stepMs = (cut.toMs - cut.fromMs) / cut.points
  for (let bucket = 0; bucket < cut.points; bucket++) {
    let fresh = false
    for (const [cloud, mean] of means.entries()) {
      const found = mean.get(bucket)
      if (found === undefined) continue
      last[cloud] = found
      fresh = true
    }
    if (!fresh) continue
    const parts = last.filter((point) => point !== undefined)
    items.push({
      at: timeText(cut.fromMs + bucket * stepMs),
      cores: ledgerLineView(
        combine(
          parts.map((point) => point.cores),
          1,
        ),
      ),
      memoryMiB: ledgerLineView(
        combine(
          parts.map((point) => point.memoryMiB),
          1,
        ),
      ),
    })
  }
  return items
}

function bucketMeans(range: readonly LedgerPoint[], cut: Cut): ReadonlyMap<number, LedgerPoint> {
  const stepMs = (cut.toMs - cut.fromMs) / cut.points
  const groups = new Map<number, LedgerPoint[]>()
  for (const point of range) {
    const bucket = Math.floor((point.atMs - cut.fromMs) / stepMs)
    if (bucket < 0 || bucket >= cut.points) continue
    const group = groups.get(bucket)
    if (group === undefined) groups.set(bucket, [point])
    else group.push(point)
  }
  return new Map(
    [...groups].map(([bucket, group]) => [
      bucket,
      {
        atMs: group[0]?.atMs ?? 0,
        cores: combine(
          group.map((point) => point.cores),
          group.length,
        ),
        memoryMiB: combine(
          group.map((point) => point.memoryMiB),
          group.length,
        ),
      },
    ]),
  )
}

/** The sum of the lines divided by `by`. What is used counts only when every line has it. */
function combine(lines: readonly LedgerLine[], by: number): LedgerLine {
  const sum = (read: (line: LedgerLine) => number) => lines.reduce((total, line) => total + read(line), 0) / by
  const used = sum((line) => line.used ?? Number.NaN)
  return {
    physical: sum((line) => line.physical),
    reserved: sum((line) => line.reserved),
    usable: sum((line) => line.usable),
    booked: sum((line) => line.booked),
    used: Number.isNaN(used) ? undefined : used,
    firmPeak: sum((line) => line.firmPeak),
    leased: sum((line) => line.leased),
    lent: sum((line) => line.lent),
    headroom: sum((line) => line.headroom),
    idle: sum((line) => line.idle),
    overdrawn: sum((line) => line.overdrawn),
    physicallyFree: sum((line) => line.physicallyFree),
    sellable: sum((line) => line.sellable),
  }
}
