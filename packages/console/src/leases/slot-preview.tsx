// The slot that the form would get now, or why there is none and what there is instead; an alternative is taken over with a
// click.
import type { LeasePlanView } from '@gleaner/model'
import { ErrorNote } from '../parts/error-note.tsx'
import { Mark } from '../parts/mark.tsx'
import { counted } from '../words/quantity.ts'
import { durationText, type LeaseForm, localTime } from './lease-form.ts'
import { spanText } from './lease-words.tsx'
import type { Slot } from './use-slot.ts'

type Alternative = NonNullable<LeasePlanView['refusal']>['alternatives'][number]

interface SlotPreviewProps {
  readonly slot: Slot
  readonly onTake: (part: Partial<LeaseForm>) => void
}

export function SlotPreview({ slot: { plan, error, behind }, onTake }: SlotPreviewProps) {
  return (
    <section className="g-slot" aria-label="The earliest slot" aria-live="polite" data-behind={behind}>
      {error !== null && <ErrorNote error={error} />}
      {error === null && plan === undefined && (
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
          <p className="g-hint">on {plan.slot.hosts.flat().join(', ')}</p>
        </>
      )}
      {plan?.refusal !== undefined && (
        <>
          <p>
            <Mark shape="cross" tone="danger" />
            {plan.refusal.sentence}
          </p>
          {plan.refusal.alternatives.length > 0 && (
            <ul className="g-chips" aria-label="What there is instead">
              {plan.refusal.alternatives.map((one) => (
                <li key={`${one.kind} ${one.start}`}>
                  <button type="button" className="g-chip" onClick={() => onTake(partOf(one))}>
                    {one.kind}: {counted(one.hosts, 'host')}, {spanText(one.start, one.end)}
                    {one.rest !== undefined && `, then ${spanText(one.rest.start, one.rest.end)}`}
                  </button>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  )
}

/** Of two parts the first; the second is asked for next. */
function partOf({ hosts, start, end }: Alternative): Partial<LeaseForm> {
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)]
  // The field knows minutes only: the next whole one is still free, the last one is past.
  const wholeMs = Math.ceil(startMs / 60_000) * 60_000
  return {
    min: String(hosts),
    max: '',
    start: localTime(wholeMs),
    duration: durationText(Math.floor((endMs - wholeMs) / 60_000) * 60_000),
    until: '',
  }
}
