// One rule in the list, with its mode and whether it is on, both changed on the spot.
import { modes, type RuleDefinition, type RuleView, type SavingsReport, stricterMode } from '@gleaner/model'
import { Switch } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useStatus } from '../api/use-status.ts'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { Mark } from '../parts/mark.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { count, figure } from '../words/quantity.ts'
import { coverageSentence } from './coverage-sentence.ts'
import { savedEnergy } from './saved-energy.ts'

interface RuleRowProps {
  readonly rule: RuleView
  /** What it gave back lately; undefined where it gave nothing, or that is not known yet. */
  readonly gain: SavingsReport['total'] | undefined
}

export function RuleRow({ rule, gain }: RuleRowProps) {
  const update = useAct('updateRule', ['listRules', 'getRule', 'getPlan'])
  const fixed = rule.source === 'file' || !useMay('operator')
  const { definition, now, actions } = rule
  const limit = useStatus().data?.modes.find(({ capability }) => capability === 'idleness')?.mode
  const saved = gain === undefined ? '' : savedEnergy(gain.energy)
  const effective = limit === undefined ? definition.mode : stricterMode(limit, definition.mode)
  const change = (changes: Partial<RuleDefinition>) =>
    update.mutate({
      params: { id: rule.id },
      body: { definition: { ...definition, ...changes }, revision: rule.revision },
    })
  return (
    <tr>
      <td>
        <Link href={`/rules/${encodeURIComponent(rule.id)}`}>{definition.name}</Link>
        {rule.source === 'file' && <span className="g-quiet"> · from the configuration file</span>}
        {definition.description !== undefined && <div className="g-hint g-rule__text">{definition.description}</div>}
        {update.error !== null && <ErrorNote error={update.error} />}
      </td>
      <td>
        {actionWord[definition.action].verb}
        {definition.steps?.map(({ action, after }) => (
          <div key={action} className="g-hint">
            then {actionWord[action].verb.toLowerCase()}, {after} later
          </div>
        ))}
        <div className="g-hint">{coverageSentence(definition.covers)}</div>
      </td>
      <td className="g-right g-num">
        {count(now.matched)} <span className="g-quiet">of {count(now.covered)}</span>
        {!now.active && <div className="g-hint">not active now</div>}
      </td>
      <td className="g-right g-num">
        {now.unknown > 0 && <Mark shape="question" tone="warning" />}
        {count(now.unknown)}
      </td>
      <td className="g-right g-num">
        {count(actions.done)}
        {actions.failed > 0 && <div className="g-fault">{count(actions.failed)} failed</div>}
        {actions.lastAt !== undefined && (
          <div className="g-hint">
            <RelativeTime at={actions.lastAt} />
          </div>
        )}
      </td>
      <td className="g-right g-num">
        {gain !== undefined && (
          <>
            {figure(gain.physicalMemoryGiBHours)} <span className="g-quiet">GiB h</span>
            <div className="g-hint">{figure(gain.physicalCoreHours)} core h</div>
            <div className="g-hint" title="Estimated from what their work drew in the hour before">
              {saved}
            </div>
            {gain.undone > 0 && <div className="g-hint">{count(gain.undone)} undone by people</div>}
          </>
        )}
      </td>
      <td>
        <select
          className="g-input"
          aria-label={`Mode of ${definition.name}`}
          value={definition.mode}
          disabled={fixed || update.isPending}
          onChange={(event) => {
            const mode = modes.find((value) => value === event.target.value)
            if (mode !== undefined) change({ mode })
          }}
        >
          {modes.map((mode) => (
            <option key={mode} value={mode}>
              {mode}
            </option>
          ))}
        </select>
        {effective !== definition.mode && <div className="g-hint">counts as {effective}</div>}
      </td>
      <td>
        <Switch
          id={`on-${rule.id}`}
          aria-label={`${definition.name} is on`}
          isChecked={definition.enabled}
          isDisabled={fixed || update.isPending}
          onChange={(_, enabled) => change({ enabled })}
        />
      </td>
    </tr>
  )
}
