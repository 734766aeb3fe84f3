// How the memory of one subject is divided: a ring of exact samples, then tiles (one sketch per metric and stretch of
// time) in tiers that grow coarser with age. Decides everything from three settings and refuses what does not fit the
// budget. All stretches are aligned to the epoch and nest: 1 h, 3 h, 12 h, 1 d, 2 d.
//
// Why these tiers: the error of a window comes from the tile that its start cuts, so the length of a tile should be a
// like share of its age. With four hours, six of 3 h, four of 12 h, four of 1 d and five of 2 d that share is a third at
// the worst and a seventh at the end of each tier, for 23 tiles.
import { GleanerError, metrics } from '@gleaner/model'

export interface TelemetryOptions {
  /** Distance of two samples of one subject; divides an hour. */
  readonly stepMs?: number
  /** Reach of the exact ring. */
  readonly recentMs?: number
  /** Reach of everything. */
  readonly retentionMs?: number
  readonly maxBytesPerSubject?: number
  readonly maxSubjects?: number
  /** How far ahead of now a sample may be. */
  readonly futureToleranceMs?: number
  /** How old a sample may be to stand for the present. */
  readonly latestMaxAgeMs?: number
}

export interface Tier {
  readonly hours: number
  readonly tiles: number
  /** Index of its first tile among all tiles of a subject. */
  readonly firstTile: number
}

export interface Layout {
  readonly stepMs: number
  readonly stepsPerHour: number
  readonly retentionMs: number
  /** Length of the ring in steps. */
  readonly rows: number
  /** An hour becomes a sketch this many steps after its end, and up to `foldSpread` - 1 more, by slot: not all at once. */
  readonly foldLag: number
  readonly foldSpread: number
  readonly tiers: readonly Tier[]
  readonly tiles: number
  /** Tiles below this index count their bins in bytes, the others in 16 bits. */
  readonly narrowTiles: number
  /** Bins of each metric. */
  readonly bins: readonly number[]
  readonly binsPerTile: number
  /** Hours that the tiers can hold at most. */
  readonly tierHours: number
  readonly bytesPerSubject: number
  /** Equal for layouts whose stored bytes mean the same. */
  readonly fingerprint: number
}

const hourMs = 3_600_000
const tierShapes = [
  { hours: 1, tiles: 4 },
  { hours: 3, tiles: 6 },
  { hours: 12, tiles: 4 },
  { hours: 24, tiles: 4 },
  { hours: 48, tiles: Number.POSITIVE_INFINITY },
] as const
/** No metric has more bins in a tile. */
export const mostBins = 24
/** In the order of `metrics`: cpu decides most rules, users are few and whole. */
const binsOfMetric = [mostBins, 16, 16, 16, 16, 8, 12]
/** count 2, sum 4, minimum 4, maximum 4, place 2. */
const tileHeaderBytes = 16
/** head 4, folded 4, first step 4, revision 4, saved 4, rewritten 4, last sample of each metric 8. */
const subjectHeaderBytes = 24 + 8 * metrics.length

export function makeLayout(options: TelemetryOptions): Layout {
  const {
    stepMs = 60_000,
    recentMs = 2 * hourMs,
    retentionMs = 14 * 24 * hourMs,
    maxBytesPerSubject = 10_000,
  } = options
  const stepsPerHour = hourMs / stepMs
  if (!(Number.isInteger(stepsPerHour) && stepsPerHour >= 4 && stepsPerHour <= 1200)) {
    throw refused('step', `${stepMs} ms must divide an hour and be between 3 s and 15 min`)
  }
  const rows = Math.floor(recentMs / stepMs)
  if (!(rows >= stepsPerHour * 1.25)) throw refused('recent', `${recentMs} ms is less than 75 minutes`)
  if (!(retentionMs > 0 && retentionMs <= 366 * 24 * hourMs)) throw refused('retention', `${retentionMs} ms`)

  const tiers = planTiers(Math.ceil(retentionMs / hourMs))
  const tiles = tiers.reduce((sum, tier) => sum + tier.tiles, 0)
  const narrowTiles = tiers.reduce((sum, tier) => sum + (tier.hours * stepsPerHour <= 0xff ? tier.tiles : 0), 0)
  const binsPerTile = binsOfMetric.reduce((sum, bins) => sum + bins, 0)
  const bytesPerSubject =
    rows * metrics.length * 4 +
    tiles * metrics.length * tileHeaderBytes +
    (narrowTiles + 2 * (tiles - narrowTiles)) * binsPerTile +
    subjectHeaderBytes
  if (bytesPerSubject > maxBytesPerSubject) {
    throw refused(
      'recent',
      `${rows} steps of ${stepMs} ms need ${bytesPerSubject} bytes for each subject, ${maxBytesPerSubject} are allowed`,
    )
  }
  const slack = rows - stepsPerHour
  const foldLag = slack >> 1
  return {
    stepMs,
    stepsPerHour,
    retentionMs,
    rows,
    foldLag,
    foldSpread: slack - foldLag,
    tiers,
    tiles,
    narrowTiles,
    bins: binsOfMetric,
    binsPerTile,
    tierHours: tiers.reduce((sum, tier) => sum + tier.hours * tier.tiles, 0),
    bytesPerSubject,
    fingerprint: fingerprintOf([stepMs, rows, ...tiers.flatMap((tier) => [tier.hours, tier.tiles]), ...binsOfMetric]),
  }
}

/** Just as many tiers and tiles as certainly hold the wanted hours: the newest tile of a tier may have just begun. */
function planTiers(wantedHours: number): readonly Tier[] {
  const tiers: Tier[] = []
  let held = 0
  let inputHours = 1
  for (const shape of tierShapes) {
    if (held >= wantedHours) break
    const needed = 1 + Math.ceil(Math.max(0, wantedHours - held - inputHours) / shape.hours)
    const tiles = Math.min(shape.tiles, needed)
    const before = tiers.at(-1)
    tiers.push({ hours: shape.hours, tiles, firstTile: before === undefined ? 0 : before.firstTile + before.tiles })
    held += (tiles - 1) * shape.hours + inputHours
    inputHours = shape.hours
  }
  return tiers
}

function fingerprintOf(numbers: readonly number[]): number {
  let hash = 0x811c9dc5
  for (const number of numbers) hash = Math.imul(hash ^ number, 0x01000193)
  return hash >>> 0
}

function refused(key: string, detail: string): GleanerError {
  return new GleanerError('request-invalid', { detail: `telemetry.${key}: ${detail}` })
}
