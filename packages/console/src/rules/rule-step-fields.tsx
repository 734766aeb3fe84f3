// The later steps of a rule: what is done when the one before was done so long ago and nobody has touched the instance since.
import { laterActions, type RuleStep } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { FieldFaults } from './field-faults.tsx'
import type { FieldsProps } from './rule-form.tsx'

const duration = String.raw`([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+`
const newStep: RuleStep = { after: '7d', action: 'stop', grace: '1d' }

export function RuleStepFields({ draft, change, faultsOf, readOnly }: FieldsProps) {
  const { steps } = draft
  const put = (index: number, part: Partial<RuleStep>) =>
    change({ steps: steps.map((step, at) => (at === index ? { ...step, ...part } : step)) })
  return (
    <fieldset>
      <legend>Later steps</legend>
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <div className="g-form__line" key={index}>
          <label className="g-field">
            After
            <input
              className="g-input"
              required
              readOnly={readOnly}
              pattern={duration}
              title="A duration such as 12h or 7d"
              value={step.after}
              onChange={(event) => put(index, { after: event.target.value })}
            />
          </label>
          <label className="g-field">
            Then
            <select
              className="g-input"
              disabled={readOnly}
              value={step.action}
              onChange={(event) =>
                put(index, { action: laterActions.find((a) => a === event.target.value) ?? step.action })
              }
            >
              {laterActions.map((action) => (
                <option key={action} value={action}>
                  {action}
                </option>
              ))}
            </select>
          </label>
          <label className="g-field">
            After a notice of
            <input
              className="g-input"
              required
              readOnly={readOnly}
              pattern={duration}
              title="A duration such as 12h or 1d"
              value={step.grace}
              onChange={(event) => put(index, { grace: event.target.value })}
            />
          </label>
          {readOnly ? null : (
            <Button
              variant="link"
              aria-label={`Remove step ${index + 2}`}
              onClick={() => change({ steps: steps.filter((_, at) => at !== index) })}
            >
              Remove
            </Button>
          )}
        </div>
      ))}
      <FieldFaults faults={faultsOf('steps')} />
      <p className="g-hint">
        Each counts from when the step before was done, and only while nobody touches the instance.
      </p>
      {readOnly || steps.length >= 5 ? null : (
        <Button variant="secondary" onClick={() => change({ steps: [...steps, newStep] })}>
          Add a later step
        </Button>
      )}
    </fieldset>
  )
}
