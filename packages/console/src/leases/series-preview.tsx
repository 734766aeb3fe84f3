// Every time of a lease that recurs as it would be: where, or why it cannot be had.
import type { LeaseSeriesView } from '@gleaner/model'
import { Mark } from '../parts/mark.tsx'
import { counted } from '../words/quantity.ts'
import { spanText, withLocalTimes } from './lease-words.tsx'

interface SeriesPreviewProps {
  readonly series: LeaseSeriesView
  readonly skipClashes: boolean
  readonly onSkip: (skipClashes: boolean) => void
}

export function SeriesPreview({ series: { times }, skipClashes, onSkip }: SeriesPreviewProps) {
  const clashes = clashesOf(times)
  const had = times.length - clashes
  return (
    <>
      <p>
        <Mark shape={clashes === 0 ? 'dot' : 'cross'} tone={clashes === 0 ? 'good' : 'danger'} />
        {clashes === 0
          ? times.length === 1
            ? 'The one time can be had.'
            : `All ${times.length} times can be had.`
          : `${clashes} of ${counted(times.length, 'time')} cannot be had.`}
      </p>
      <ul className="g-list g-slot__times" tabIndex={0} aria-label="Every time">
        {times.map(({ name, start, end, hosts, refusal }) => (
          <li key={name} data-clash={refusal !== undefined}>
            <Mark shape={refusal === undefined ? 'dot' : 'cross'} tone={refusal === undefined ? 'good' : 'danger'} />
            {spanText(start, end)}
            <span className="g-hint">
              {' '}
              {refusal === undefined ? `on ${hosts.join(', ')}` : withLocalTimes(refusal)}
            </span>
          </li>
        ))}
      </ul>
      {clashes > 0 && had > 0 && (
        <label className="g-row">
          <input type="checkbox" checked={skipClashes} onChange={({ target }) => onSkip(target.checked)} />
          {had === 1 ? 'Make the one that can be had' : `Make the ${had} that can be had`}
        </label>
      )}
    </>
  )
}

export function clashesOf(times: LeaseSeriesView['times']): number {
  return times.filter(({ refusal }) => refusal !== undefined).length
}
