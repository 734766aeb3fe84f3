// What a rule is called, what it does and how carefully.
import { modes, type RuleDefinition } from '@gleaner/model'
import { FieldFaults } from './field-faults.tsx'
import type { FieldsProps } from './rule-form.tsx'
import { modeWord } from '../words/action-words.ts'

const actions: readonly RuleDefinition['action'][] = ['notify', 'pause', 'suspend', 'stop', 'shelve', 'resume', 'start']

export function RuleEffectFields({ draft, change, faultsOf, readOnly }: FieldsProps) {
  return (
    <>
      <div className="g-form__line">
        <div className="g-field" style={{ gridColumn: 'span 2' }}>
          <label htmlFor="rule-name">Name</label>
          <input
            id="rule-name"
            className="g-input"
            required
            readOnly={readOnly}
            pattern="[a-z0-9][a-z0-9._\-]{0,62}"
            title="Lower case, digits, . _ -"
            placeholder="night-suspend"
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
          <FieldFaults faults={faultsOf('name')} />
        </div>
        <div className="g-field">
          <label htmlFor="rule-action">Then</label>
          <select
            id="rule-action"
            className="g-input"
            disabled={readOnly}
            value={draft.action}
            onChange={(event) => change({ action: actions.find((a) => a === event.target.value) ?? draft.action })}
          >
            {actions.map((action) => (
              <option key={action} value={action}>
                {action}
              </option>
            ))}
          </select>
          <FieldFaults faults={faultsOf('action')} />
        </div>
        <div className="g-field">
          <label htmlFor="rule-grace">After a notice of</label>
          <input
            id="rule-grace"
            className="g-input"
            required
            readOnly={readOnly}
            pattern="([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+"
            title="A duration such as 30m, 2h, 1d12h"
            value={draft.grace}
            onChange={(event) => change({ grace: event.target.value })}
          />
          <FieldFaults faults={faultsOf('grace')} />
        </div>
      </div>
      <div className="g-field">
        <label htmlFor="rule-description">What it is for</label>
        <textarea
          id="rule-description"
          className="g-input"
          rows={2}
          maxLength={2000}
          readOnly={readOnly}
          value={draft.description}
          onChange={(event) => change({ description: event.target.value })}
        />
      </div>
      <div className="g-form__line">
        <div className="g-field" style={{ gridColumn: 'span 2' }}>
          <label htmlFor="rule-mode">Mode</label>
          <select
            id="rule-mode"
            className="g-input"
            disabled={readOnly}
            value={draft.mode}
            onChange={(event) => change({ mode: modes.find((m) => m === event.target.value) ?? draft.mode })}
          >
            {modes.map((mode) => (
              <option key={mode} value={mode}>
                {mode}
              </option>
            ))}
          </select>
          <p className="g-hint">{modeWord[draft.mode]}</p>
        </div>
        <div className="g-field">
          <label htmlFor="rule-priority">Priority</label>
          <input
            id="rule-priority"
            className="g-input"
            type="number"
            min={0}
            max={1000}
            required
            readOnly={readOnly}
            value={draft.priority}
            onChange={(event) => change({ priority: event.target.value })}
          />
        </div>
        <label className="g-row" style={{ marginTop: 23, minHeight: 34 }}>
          <input
            type="checkbox"
            disabled={readOnly}
            checked={draft.enabled}
            onChange={(event) => change({ enabled: event.target.checked })}
          />
          switched on
        </label>
      </div>
    </>
  )
}
