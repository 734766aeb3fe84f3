// Writes a rule. Faults the server finds stand at their field; saving tells the revision it was written upon, so that two
// people cannot undo each other unseen.
import type { RuleFaultView, RuleView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useCallback, useState } from 'react'
import { useLocation } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { definitionOf, type Draft } from './draft.ts'
import { ExpressionEditor } from './expression-editor.tsx'
import { PreviewPanel } from './preview-panel.tsx'
import { RuleCoverageFields } from './rule-coverage-fields.tsx'
import { RuleEffectFields } from './rule-effect-fields.tsx'
import { RuleScheduleFields } from './rule-schedule-fields.tsx'
import { RuleStepFields } from './rule-step-fields.tsx'
import { isFault, usePreview } from './use-preview.ts'

export interface FieldsProps {
  readonly draft: Draft
  readonly change: (changes: Partial<Draft>) => void
  readonly faultsOf: (field: RuleFaultView['field']) => readonly RuleFaultView[]
  readonly readOnly: boolean
}

export function RuleForm({ rule, start }: { readonly rule: RuleView | undefined; readonly start: Draft }) {
  const [draft, setDraft] = useState(start)
  const [base, setBase] = useState(start)
  const [revision, setRevision] = useState(rule?.revision)
  const change = useCallback((changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes })), [])
  const language = useApi('getRuleLanguage', {})
  const preview = usePreview(draft)
  const touches = ['listRules', 'getRule', 'listRuleRevisions', 'getPlan', 'getStatus'] as const
  const create = useAct('createRule', touches)
  const update = useAct('updateRule', touches)
  const remove = useAct('removeRule', ['listRules', 'getPlan'])
  const [asked, setAsked] = useState(false)
  const [, go] = useLocation()
  const readOnly = !useMay('operator') || rule?.source === 'file'
  const failed = create.error ?? update.error ?? remove.error
  const told = failed?.faults.filter(isFault) ?? []
  const faults = [
    ...preview.faults,
    ...told.filter((fault) => !preview.faults.some((p) => p.message === fault.message)),
  ]
  const fields: FieldsProps = {
    draft,
    change,
    faultsOf: (field) => faults.filter((fault) => fault.field === field),
    readOnly,
  }
  const changed = JSON.stringify(draft) !== JSON.stringify(base)
  const overtaken = rule !== undefined && rule.revision !== revision
  const save = () => {
    const definition = definitionOf(draft)
    if (rule === undefined) {
      create.mutate({ body: definition }, { onSuccess: (made) => go(`/rules/${encodeURIComponent(made.id)}`) })
      return
    }
    update.mutate(
      { params: { id: rule.id }, body: { definition, ...(revision === undefined ? {} : { revision }) } },
      {
        onSuccess: (saved) => {
          setBase(draft)
          setRevision(saved.revision)
        },
      },
    )
  }
  return (
    <div className="g-split">
      <Panel title="The rule">
        <form
          className="g-form"
          onSubmit={(event) => {
            event.preventDefault()
            save()
          }}
        >
          <RuleEffectFields {...fields} />
          <div className="g-field">
            <label htmlFor="rule-expression">When (a CEL expression)</label>
            <ExpressionEditor
              id="rule-expression"
              value={draft.expression}
              onChange={(expression) => change({ expression })}
              faults={fields.faultsOf('expression')}
              language={language.data}
              readOnly={readOnly}
            />
            <p className="g-hint">
              Names complete while you type; Ctrl+Space asks, arrows choose, Enter takes, Escape closes. What lacks data
              is unknown and never acts.
            </p>
          </div>
          <RuleCoverageFields {...fields} />
          <RuleStepFields {...fields} />
          <RuleScheduleFields {...fields} />
          {overtaken && (
            <p className="g-fault">Somebody saved revision {rule.revision} meanwhile. Load the page again to see it.</p>
          )}
          {failed !== null && told.length === 0 && <ErrorNote error={failed} />}
          <div className="g-row">
            <Button
              type="submit"
              isDisabled={readOnly || (rule !== undefined && !changed)}
              isLoading={create.isPending || update.isPending}
            >
              {rule === undefined ? 'Save the rule' : 'Save'}
            </Button>
            {changed && rule !== undefined && (
              <Button variant="link" onClick={() => setDraft(base)}>
                Undo the changes
              </Button>
            )}
            {rule !== undefined && !readOnly && (
              <Button
                variant={asked ? 'danger' : 'link'}
                isDanger
                isLoading={remove.isPending}
                onClick={() =>
                  asked ? remove.mutate({ params: { id: rule.id } }, { onSuccess: () => go('/rules') }) : setAsked(true)
                }
              >
                {asked ? `Delete ${rule.definition.name} for good` : 'Delete …'}
              </Button>
            )}
            <span role="status" className="g-quiet">
              {update.isSuccess && !changed && 'Saved.'}
            </span>
          </div>
        </form>
      </Panel>
      <PreviewPanel preview={preview} mode={draft.mode} empty={draft.expression.trim() === ''} />
    </div>
  )
}
