// Whether and how a lease recurs: the common ways, or any RRULE; by whose clock; until when.
import { useId } from 'react'
import { type LocalMoment, msOf } from '../time/local-moment.ts'
import { Field, Select, Text } from './field.tsx'
import {
  isZone,
  type RecurrenceForm,
  repeats,
  saysWhenItEnds,
  wallText,
  type Weekday,
  weekdays,
} from './recurrence-form.ts'

interface RecurrenceFieldsProps {
  readonly recurrence: RecurrenceForm
  readonly start: LocalMoment
  readonly put: (part: Partial<RecurrenceForm>) => void
}

export function RecurrenceFields({ recurrence, start, put }: RecurrenceFieldsProps) {
  const { repeat, ends } = recurrence
  return (
    <>
      <Field label="Repeat">
        {(id) => <Select id={id} value={repeat} options={repeats} onPick={(next) => put({ repeat: next })} />}
      </Field>
      {repeat === 'weekly' && <Days chosen={recurrence.days} onChange={(days) => put({ days })} />}
      {repeat === 'rule' && (
        <Field label="Rule" hint="FREQ=MONTHLY;BYDAY=1MO, in days or more">
          {(id) => (
            <Text
              id={id}
              className="g-input g-mono"
              value={recurrence.rule}
              required
              maxLength={450}
              onText={(rule) => put({ rule })}
            />
          )}
        </Field>
      )}
      {repeat !== 'never' && (
        <>
          {!saysWhenItEnds(recurrence) && (
            <Field label="Ends">
              {(id) => (
                <span className="g-row">
                  <Select
                    id={id}
                    value={ends}
                    options={[
                      ['count', 'after so many times'],
                      ['until', 'with the day'],
                    ]}
                    onPick={(next) => put({ ends: next })}
                  />
                  {ends === 'count' ? (
                    <Text
                      aria-label="How many times"
                      className="g-input g-lease-count"
                      inputMode="numeric"
                      value={recurrence.count}
                      required
                      onText={(count) => put({ count })}
                    />
                  ) : (
                    <Text
                      aria-label="The last day"
                      type="date"
                      value={recurrence.lastDay}
                      required
                      onText={(lastDay) => put({ lastDay })}
                    />
                  )}
                </span>
              )}
            </Field>
          )}
          <Zone zone={recurrence.zone} start={start} onChange={(zone) => put({ zone })} />
        </>
      )}
    </>
  )
}

function Days({
  chosen,
  onChange,
}: {
  readonly chosen: readonly Weekday[]
  readonly onChange: (days: Weekday[]) => void
}) {
  return (
    <div className="g-field" role="group" aria-label="On which days">
      <span className="g-label">On</span>
      <span className="g-row">
        {weekdays.map(([day, text]) => (
          <label key={day} className="g-lease-day">
            <input
              type="checkbox"
              checked={chosen.includes(day)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, day] : chosen.filter((other) => other !== day))
              }
            />{' '}
            {text}
          </label>
        ))}
      </span>
      {chosen.length === 0 && <p className="g-hint">The day of the first time</p>}
    </div>
  )
}

/** The first time was written by the viewer's clock; where the other one shows something else that is told. */
function Zone({
  zone,
  start,
  onChange,
}: {
  readonly zone: string
  readonly start: LocalMoment
  readonly onChange: (zone: string) => void
}) {
  const list = useId()
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  const startMs = msOf(start)
  const hint = !isZone(zone)
    ? 'There is no such time zone: Europe/Berlin, UTC'
    : zone.trim() === here || startMs === undefined
      ? 'The same time by this clock, in summer and in winter'
      : `The first time is ${wallText(startMs, zone)} there, and so are the others`
  return (
    <Field label="By the clock of" hint={hint}>
      {(id) => (
        <>
          <Text id={id} value={zone} list={list} required onText={onChange} />
          <datalist id={list}>
            {Intl.supportedValuesOf('timeZone').map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}
