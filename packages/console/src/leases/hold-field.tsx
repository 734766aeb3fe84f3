// Whether the lease is a proposal first: nobody else gets its place, and it is given up unless somebody confirms it.
import { Text } from './field.tsx'
import { canHold, canWait } from './lease-form.ts'
import type { LeaseFieldsProps } from './when-fields.tsx'

export function HoldField({ form, put }: LeaseFieldsProps) {
  const can = canHold(form)
  const holds = can && form.hold
  return (
    <div className="g-field" data-wide="true">
      <div className="g-row">
        <label className="g-row">
          <input
            type="checkbox"
            checked={holds}
            disabled={!can}
            onChange={({ target }) => put({ hold: target.checked })}
          />
          Only hold it until it is confirmed
        </label>
        {holds && (
          <label className="g-row">
            for at most
            <Text
              className="g-input g-lease-count"
              aria-label="Hold for at most"
              value={form.holdFor}
              required
              onText={(holdFor) => put({ holdFor })}
            />
          </label>
        )}
      </div>
      {!can && <p className="g-hint">Needs a start that is to come.</p>}
      {holds && (
        <p className="g-hint">
          A proposal: nobody else gets its place. What is not confirmed in this time, or before it begins, is given up.
          {form.wait && canWait(form) && ' If it has to wait, the time begins when there is a place.'}
        </p>
      )}
    </div>
  )
}
