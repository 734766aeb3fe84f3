// A field for a local time. Where the clock shows that time twice it asks which is meant; where it does not show it at all it
// says when that will be.
import { absolute, clockAndZone } from '../time/absolute.ts'
import { type LocalMoment, msOf, passesOf } from '../time/local-moment.ts'

interface MomentInputProps {
  readonly id?: string
  readonly value: LocalMoment
  readonly required?: boolean
  readonly onChange: (value: LocalMoment) => void
}

export function MomentInput({ id, value, required = false, onChange }: MomentInputProps) {
  const passes = passesOf(value.text)
  const ms = msOf(value)
  return (
    <>
      <input
        id={id}
        className="g-input"
        type="datetime-local"
        autoComplete="off"
        value={value.text}
        required={required}
        onChange={({ target }) => onChange({ text: target.value, pass: 'first' })}
      />
      {passes !== undefined && passes.length > 1 && (
        <select
          className="g-input"
          aria-label="Which of the two"
          value={value.pass}
          onChange={({ target }) => onChange({ ...value, pass: target.value === 'second' ? 'second' : 'first' })}
        >
          {passes.map((passMs, nth) => (
            <option key={passMs} value={nth === 0 ? 'first' : 'second'}>
              {nth === 0 ? 'the first' : 'the second'}: {clockAndZone(passMs)}
            </option>
          ))}
        </select>
      )}
      {passes?.length === 0 && ms !== undefined && (
        <p className="g-hint" role="status">
          The clock jumps over this time: it will be {absolute(new Date(ms).toISOString())}.
        </p>
      )}
    </>
  )
}
