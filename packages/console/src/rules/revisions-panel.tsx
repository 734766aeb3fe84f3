// The earlier forms of a rule, each with what changed in it.
import type { RuleDefinition, RuleView } from '@gleaner/model'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

export function RevisionsPanel({ rule }: { readonly rule: RuleView }) {
  const revisions = useApi('listRuleRevisions', { params: { id: rule.id } })
  return (
    <Panel title="Its earlier forms">
      <Answer read={revisions} height="160px" what="the revisions">
        {({ items }) => {
          const sorted = items.toSorted((a, b) => b.revision - a.revision)
          if (sorted.length === 0) return <p className="g-quiet">It was never changed.</p>
          return (
            <ul className="g-list">
              {sorted.map(({ revision, at, by, definition }, i) => {
                const before = sorted[i + 1]?.definition
                const changes = before === undefined ? ['first form'] : changesBetween(before, definition)
                return (
                  <li key={revision}>
                    <div>
                      Revision {revision}{' '}
                      <span className="g-quiet">
                        by {by}, <RelativeTime at={at} />
                      </span>
                    </div>
                    <ul className="g-hint">
                      {changes.map((change) => (
                        <li key={change}>{change}</li>
                      ))}
                    </ul>
                  </li>
                )
              })}
            </ul>
          )
        }}
      </Answer>
    </Panel>
  )
}

function changesBetween(before: RuleDefinition, after: RuleDefinition): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof RuleDefinition>
  const show = (value: unknown) =>
    value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)
  const changes = [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name}: ${show(before[name])} → ${show(after[name])}`)
  return changes.length === 0 ? ['saved without a change'] : changes
}
