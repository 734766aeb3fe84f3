// When a rule is active. Without a schedule it always is.
import { FieldFaults } from './field-faults.tsx'
import type { FieldsProps } from './rule-form.tsx'

export function RuleScheduleFields({ draft, change, faultsOf, readOnly }: FieldsProps) {
  const scheduled = draft.cron !== ''
  return (
    <fieldset>
      <legend>When it is active</legend>
      <div className="g-form__line">
        <div className="g-field">
          <label htmlFor="rule-cron">From (cron)</label>
          <input
            id="rule-cron"
            className="g-input g-mono"
            readOnly={readOnly}
            placeholder="always, or: 0 20 * * *"
            value={draft.cron}
            onChange={(event) => change({ cron: event.target.value })}
          />
        </div>
        <div className="g-field">
          <label htmlFor="rule-duration">For</label>
          <input
            id="rule-duration"
            className="g-input"
            readOnly={readOnly}
            disabled={!scheduled}
            pattern="([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+"
            title="A duration such as 8h or 1d"
            value={draft.duration}
            onChange={(event) => change({ duration: event.target.value })}
          />
        </div>
        <div className="g-field">
          <label htmlFor="rule-zone">Time zone</label>
          <input
            id="rule-zone"
            className="g-input"
            readOnly={readOnly}
            disabled={!scheduled}
            value={draft.scheduleZone}
            onChange={(event) => change({ scheduleZone: event.target.value })}
          />
        </div>
        <div className="g-field">
          <label htmlFor="rule-local">Zone of local.*</label>
          <input
            id="rule-local"
            className="g-input"
            readOnly={readOnly}
            placeholder="UTC"
            value={draft.timeZone}
            onChange={(event) => change({ timeZone: event.target.value })}
          />
        </div>
      </div>
      <FieldFaults faults={[...faultsOf('schedule'), ...faultsOf('timeZone')]} />
    </fieldset>
  )
}
