// Estimates as the API shows them.
import { isEstimateStale } from '@gleaner/engine'
import type {
  EstimatePointView,
  EstimateState,
  EstimateView,
  HostEstimate,
  PeakEstimate,
  PeakEstimateView,
} from '@gleaner/model'
import type { EstimateFigures, EstimatePoint } from '@gleaner/ports'
import type { Application } from '../../application.ts'
import { ledgersOf } from '../../state/ledgers-of.ts'
import { only } from './only.ts'
import { timeText } from './time-text.ts'
import type { WorldIndex } from './world-index.ts'

type Timed = Pick<Application, 'clock' | 'config'>
type Shown = Timed & Pick<Application, 'state'>

export function estimateView(estimate: HostEstimate, world: WorldIndex, app: Shown): EstimateView {
  const { hostId, cloudId, atMs, scopeMs, strategy, measuredAtMs, coverage } = estimate
  return {
    host: world.hostName(hostId) ?? hostId,
    hostId,
    cloud: cloudId,
    at: timeText(atMs),
    scopeS: scopeMs / 1000,
    strategy,
    state: estimateState(estimate, app),
    ...only('measuredAt', measuredAtMs === undefined ? undefined : timeText(measuredAtMs)),
    coverage,
    cores: peakView(estimate.cores),
    memoryMiB: peakView(estimate.memoryMiB),
    ...only('lentByGuests', app.state.plan && ledgersOf(app.state.plan).get(hostId)?.lentByGuests),
  }
}

/** As the ledger counts with it at this moment. */
export function estimateState(estimate: HostEstimate, { clock, config }: Timed): EstimateState {
  const { keepMs } = config.oversubscription.online
  if (isEstimateStale({ estimate, keepMs, nowMs: clock.nowMs() })) return 'physical'
  return estimate.measuredAtMs === estimate.atMs ? 'measured' : 'kept'
}

function peakView(peak: PeakEstimate): PeakEstimateView {
  const { judged, violationRate, severity, savings, misprediction } = peak.record
  return {
    capacity: peak.capacity,
    booked: peak.booked,
    ...only('mean', peak.mean),
    ...only('peak', peak.peak),
    estimate: peak.estimate,
    free: peak.free,
    ratio: peak.ratio,
    violation: peak.violation,
    calmScopes: peak.calmScopes,
    stable: peak.isStable,
    confidence: peak.confidence,
    evidence: Object.fromEntries(Object.entries(peak.evidence).filter(([, value]) => Number.isFinite(value))),
    record: { judged, violationRate, severity, savings, misprediction },
    ...only('ratioInForce', peak.ratioInForce),
    ...only('ratioAim', peak.ratioAim),
  }
}

export function estimatePointView({
  atMs,
  scopeMs,
  strategy,
  blind,
  cores,
  memoryMiB,
}: EstimatePoint): EstimatePointView {
  return {
    at: timeText(atMs),
    scopeS: scopeMs / 1000,
    strategy,
    blind,
    cores: figuresView(cores),
    memoryMiB: figuresView(memoryMiB),
  }
}

function figuresView(figures: EstimateFigures): EstimatePointView['cores'] {
  return {
    capacity: figures.capacity,
    booked: figures.booked,
    ...only('mean', figures.mean),
    ...only('peak', figures.peak),
    estimate: figures.estimate,
    violation: figures.violation,
    confidence: figures.confidence,
    ...only('ratioInForce', figures.ratioInForce),
    ...only('ratioAim', figures.ratioAim),
  }
}
