// What an estimate says in figures, and the numbers it was decided from on demand.
import type { PeakEstimateView } from '@gleaner/model'
import type { Resource } from '../ledger/segments.ts'
import { figure, percent } from '../words/quantity.ts'

export function PeakFacts({ resource, peak }: { readonly resource: Resource; readonly peak: PeakEstimateView }) {
  const { format } = resource
  const { record } = peak
  return (
    <section aria-label={`Estimate of ${resource.title.toLowerCase()}`}>
      <p>
        {resource.title}: at most <strong className="g-num">{format(peak.estimate)}</strong> of {format(peak.booked)}{' '}
        sold will be used, of {format(peak.capacity)} there are. {figure(peak.ratio)} times what there is can be sold
        {peak.ratioInForce !== undefined && `; the scheduler sells ${figure(peak.ratioInForce)}`}
        {peak.ratioAim !== undefined && ` and should sell ${figure(peak.ratioAim)}`}.
      </p>
      <p className="g-quiet">
        {record.judged === 0
          ? 'No estimate could be judged so far.'
          : `Of ${figure(record.judged)} estimates ${percent(record.violationRate)} were exceeded, by ${percent(record.severity)} of the peak on average; they were ${percent(record.misprediction)} of the capacity off. Confidence ${percent(peak.confidence)}.`}
      </p>
      <details className="g-verdict">
        <summary>
          <span className="g-verdict__more">what {resource.title.toLowerCase()} were estimated from</span>
        </summary>
        <dl className="g-verdict__facts">
          {Object.entries(peak.evidence).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="g-num">{figure(value)}</dd>
            </div>
          ))}
          <div>
            <dt>load</dt>
            <dd>{peak.stable ? 'stable' : 'changing'}</dd>
          </div>
        </dl>
      </details>
    </section>
  )
}
