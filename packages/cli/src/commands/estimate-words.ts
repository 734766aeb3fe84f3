// Estimates in sentences: of one host for `estimates` and `why`, of all for `status`.
import type { EstimateView, FleetEstimateView, PeakEstimateView } from '@gleaner/model'
import type { Moments } from '../format/moment.ts'
import { cores, count, figures, memory, span } from '../format/quantity.ts'

export const percent = (part: number): string => `${Math.round(part * 1000) / 10}%`

export function estimateSentence(estimate: EstimateView, moments: Moments): string {
  const { state, strategy, at, scopeS, coverage } = estimate
  const until = `the ${span(scopeS)} until ${moments.at(at)}`
  const basis =
    state === 'measured'
      ? `Estimated by ${strategy} from ${until}, ${percent(coverage)} of it measured`
      : state === 'kept'
        ? `Too little was measured in ${until}; the estimate before stands for a while`
        : 'Nothing was measured for too long; all that there is counts as used'
  return `${basis}. Cores: ${peakSentence(estimate.cores, cores)} Memory: ${peakSentence(estimate.memoryMiB, memory)}`
}

function peakSentence(peak: PeakEstimateView, show: (value: number) => string): string {
  const used = peak.peak === undefined ? 'what was used is not known' : `at most ${show(peak.peak)} was used`
  const sells =
    peak.ratioInForce === undefined
      ? ''
      : `; the scheduler sells ${figures(peak.ratioInForce)}${peak.ratioAim === undefined ? '' : ` and should sell ${figures(peak.ratioAim)}`}`
  return `of ${show(peak.capacity)} there are ${show(peak.booked)} sold, ${used}, and at most ${show(peak.estimate)} is expected next: ${figures(peak.ratio)} times what there is can be sold${sells}.`
}

/** What its guests lend at the moment; undefined when that is nothing. */
export function lentSentence({ lentByGuests }: EstimateView): string | undefined {
  if (lentByGuests === undefined) return undefined
  const { guests, memoryMiB } = lentByGuests
  return `${count(guests, 'guest')} lend${guests === 1 ? 's' : ''} ${memory(memoryMiB)} of memory, and ${guests === 1 ? 'gets it' : 'get it'} back when needed.`
}

/** How the estimates before fared. */
export function estimateRecord({ cores: { record, confidence }, memoryMiB }: EstimateView): string {
  if (record.judged === 0) return 'No estimate of it could be judged so far.'
  const other = memoryMiB.record
  const worst = Math.min(confidence, memoryMiB.confidence)
  return `Of ${count(record.judged, 'estimate')} that could be judged ${percent(record.violationRate)} were exceeded for cores, ${percent(other.violationRate)} for memory, by ${percent(record.severity)} and ${percent(other.severity)} of the peak on average; they were ${percent(record.misprediction)} and ${percent(other.misprediction)} of the capacity off. Confidence ${percent(worst)}.`
}

export function fleetSentence({ cores: c, memoryMiB: m, ...fleet }: FleetEstimateView, moments: Moments): string {
  const blind = fleet.kept + fleet.physical
  const unmeasured = blind === 0 ? '' : blind === fleet.hosts ? ', not measured' : `, ${blind} of them not measured`
  const fared =
    fleet.judged === 0
      ? 'none could be judged yet'
      : `${percent(Math.max(c.violationRate ?? 0, m.violationRate ?? 0))} of those before were exceeded`
  return `${count(fleet.hosts, 'host')}${unmeasured}, as of ${moments.at(fleet.at)}: of ${cores(c.booked)} cores and ${memory(m.booked)} sold at most ${cores(c.estimate)} and ${memory(m.estimate)} will be used; ${fared}`
}
