// The slot that the form would get now, or why there is none and what there is instead; an alternative is taken over with a
// click, and where a lease can wait for a place that is offered as well.
import type { LeasePlanView } from '@gleaner/model'
import { ErrorNote } from '../parts/error-note.tsx'
import { Mark } from '../parts/mark.tsx'
import { momentOf, noMoment } from '../time/local-moment.ts'
import { counted } from '../words/quantity.ts'
import { Text } from './field.tsx'
import { canWait, durationText, type LeaseForm } from './lease-form.ts'
import { spanText, withLocalTimes } from './lease-words.tsx'
import { SeriesPreview } from './series-preview.tsx'
import type { Slot } from './use-slot.ts'

type Alternative = NonNullable<LeasePlanView['refusal']>['alternatives'][number]

interface SlotPreviewProps {
  readonly slot: Slot
  readonly form: LeaseForm
  /** Of its project, on the waitlist. */
  readonly priority: number | undefined
  readonly onTake: (part: Partial<LeaseForm>) => void
}

export function SlotPreview({ slot: { plan, series, error, behind }, form, priority, onTake }: SlotPreviewProps) {
  return (
    <section className="g-slot" aria-label="The earliest slot" aria-live="polite" data-behind={behind}>
      {error !== null && <ErrorNote error={error} />}
      {error === null && plan === undefined && series === undefined && (
        <p className="g-quiet">
          The earliest slot appears here as soon as it is clear for whom, how many and how long.
        </p>
      )}
      {plan?.slot !== undefined && (
        <>
          <p>
            <Mark shape="dot" tone="good" />
            {spanText(plan.slot.start, plan.slot.end)}
          </p>
          <p className="g-hint">
            on {plan.slot.hosts.flat().join(', ')}
            {form.how === 'now' &&
              form.what === 'hosts' &&
              ` (${plan.slot.hosts.flat().length} of ${form.max.trim() || form.min} asked for)`}
            {form.how === 'endless' && '; this is its first term'}
          </p>
        </>
      )}
      {plan?.refusal !== undefined && (
        <>
          <p>
            <Mark shape="cross" tone="danger" />
            {withLocalTimes(plan.refusal.sentence)}
          </p>
          {plan.refusal.alternatives.length > 0 && (
            <ul className="g-chips" aria-label="What there is instead">
              {plan.refusal.alternatives.map((one) => (
                <li key={`${one.kind} ${one.start}`}>
                  <button type="button" className="g-chip" onClick={() => onTake(partOf(one, form))}>
                    {one.kind}: {counted(one.hosts, nounOf(form))}, {spanText(one.start, one.end)}
                    {one.rest !== undefined && `, then ${spanText(one.rest.start, one.rest.end)}`}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      {canWait(form) && (plan?.feasible === false || form.wait) && (
        <Wait form={form} priority={priority} onTake={onTake} />
      )}
      {series !== undefined && (
        <SeriesPreview
          series={series}
          skipClashes={form.recurrence.skipClashes}
          onSkip={(skipClashes) => onTake({ recurrence: { ...form.recurrence, skipClashes } })}
        />
      )}
    </section>
  )
}

function Wait({ form, priority = 0, onTake }: Pick<SlotPreviewProps, 'form' | 'priority' | 'onTake'>) {
  return (
    <div className="g-row g-slot__wait">
      <label className="g-row">
        <input type="checkbox" checked={form.wait} onChange={({ target }) => onTake({ wait: target.checked })} />
        Wait if there is no room
      </label>
      {form.wait && (
        <label className="g-row">
          for at most
          <Text
            className="g-input g-lease-count"
            value={form.waitFor}
            required
            onText={(waitFor) => onTake({ waitFor })}
          />
        </label>
      )}
      {form.wait && (
        <p className="g-hint">
          {form.how === 'window'
            ? 'It joins the waitlist and is given a place in its window as soon as there is one.'
            : 'It joins the waitlist and begins at the first moment at which there is a place, until the wait is over.'}
          {priority !== 0 && ` Its project has priority ${priority}: the larger comes first.`}
        </p>
      )}
    </div>
  )
}

/** Of two parts the first; the second is asked for next. */
function partOf({ hosts, start, end }: Alternative, form: LeaseForm): Partial<LeaseForm> {
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)]
  // The field knows minutes only: the next whole one is still free, the last one is past.
  const wholeMs = Math.ceil(startMs / 60_000) * 60_000
  return {
    ...sizeOf(hosts, form),
    how: 'time',
    start: momentOf(wholeMs),
    duration: durationText(Math.floor((endMs - wholeMs) / 60_000) * 60_000),
    until: noMoment,
    wait: false,
  }
}

/** Instances that stay together are one unit. */
function nounOf({ what, affinity }: LeaseForm): string {
  return what === 'room' && affinity !== 'together' ? 'instance' : 'host'
}

function sizeOf(units: number, { what, affinity }: LeaseForm): Partial<LeaseForm> {
  if (what === 'hosts') return { min: String(units), max: '' }
  return affinity === 'together' ? {} : { amount: String(units) }
}
