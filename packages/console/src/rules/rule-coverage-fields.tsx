// Which instances a rule looks at. Empty fields narrow nothing; several narrow each other.
import { FieldFaults } from './field-faults.tsx'
import type { FieldsProps } from './rule-form.tsx'

const lists = [
  ['projects', 'Projects', 'all'],
  ['tags', 'Tags', 'any'],
  ['instances', 'Instances', 'all'],
  ['clouds', 'Clouds', 'all'],
] as const

export function RuleCoverageFields({ draft, change, faultsOf, readOnly }: FieldsProps) {
  return (
    <fieldset>
      <legend>On which instances</legend>
      <div className="g-form__line">
        {lists.map(([name, title, placeholder]) => (
          <div key={name} className="g-field">
            <label htmlFor={`rule-${name}`}>{title}</label>
            <input
              id={`rule-${name}`}
              className="g-input"
              readOnly={readOnly}
              placeholder={placeholder}
              value={draft[name]}
              onChange={(event) => change({ [name]: event.target.value })}
            />
          </div>
        ))}
      </div>
      <p className="g-hint">Several by commas. All fields must fit; within a field one hit is enough.</p>
      <div className="g-field">
        <label htmlFor="rule-covers">And only where (a CEL expression, may be empty)</label>
        <input
          id="rule-covers"
          className="g-input g-mono"
          readOnly={readOnly}
          maxLength={4000}
          spellCheck={false}
          value={draft.coverExpression}
          onChange={(event) => change({ coverExpression: event.target.value })}
        />
      </div>
      <FieldFaults faults={faultsOf('covers')} />
    </fieldset>
  )
}
