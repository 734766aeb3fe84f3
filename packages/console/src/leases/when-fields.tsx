// When the lease is to be: one of four ways, and what each of them needs.
import { Choice } from '../parts/choice.tsx'
import { MomentInput } from '../parts/moment-input.tsx'
import { useNow } from '../time/use-now.ts'
import { momentOf } from '../time/local-moment.ts'
import { Field, Text } from './field.tsx'
import { type How, hows, isSeries, type LeaseForm } from './lease-form.ts'
import { RecurrenceFields } from './recurrence-fields.tsx'
import { hourMs } from './window.ts'

export interface LeaseFieldsProps {
  readonly form: LeaseForm
  readonly put: (part: Partial<LeaseForm>) => void
}

const words: Readonly<Record<How, string>> = {
  time: 'From a moment on, exactly.',
  window: 'At the first moment of the window at which enough hosts are free together.',
  now: 'Begins at once with as many hosts as are free, and waits for no more.',
  endless:
    'Runs in terms and is renewed by itself, as long as its project says now and then that it is needed and nobody else was promised its hosts.',
}

export function WhenFields({ form, put }: LeaseFieldsProps) {
  const nowMs = useNow()
  const { how, recurrence } = form
  const putRecurrence = (part: Partial<LeaseForm['recurrence']>) => {
    // Times that recur need a first one; the next whole hour is as good as any to begin with.
    const first = form.start.text === '' ? { start: momentOf(Math.ceil(nowMs / hourMs) * hourMs) } : {}
    put({ ...first, recurrence: { ...recurrence, ...part } })
  }
  return (
    <fieldset className="g-lease-when">
      <legend>When</legend>
      <Choice label="How" value={how} options={hows} onChange={(next) => put({ how: next })} />
      <p className="g-hint">{words[how]}</p>
      <div className="g-lease-form">
        {how !== 'now' && (
          <Field label="From" {...(isSeries(form) ? {} : { hint: 'Now if empty' })}>
            {(id) => (
              <MomentInput id={id} value={form.start} required={isSeries(form)} onChange={(start) => put({ start })} />
            )}
          </Field>
        )}
        {how === 'window' && (
          <Field label="Over before">
            {(id) => <MomentInput id={id} value={form.until} required onChange={(until) => put({ until })} />}
          </Field>
        )}
        {how !== 'endless' && (
          <Field label="For" hint="90m, 4h, 2d12h">
            {(id) => <Text id={id} value={form.duration} required onText={(duration) => put({ duration })} />}
          </Field>
        )}
        {how === 'time' && <RecurrenceFields recurrence={recurrence} start={form.start} put={putRecurrence} />}
      </div>
    </fieldset>
  )
}
