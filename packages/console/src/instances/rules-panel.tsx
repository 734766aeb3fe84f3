// What each rule says about the instance, clause by clause with the values of now.
import type { RuleVerdictView } from '@gleaner/model'
import { Link } from 'wouter'
import { Outcome } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { actionWord } from '../words/action-words.ts'

export function RulesPanel({ verdicts }: { readonly verdicts: readonly RuleVerdictView[] }) {
  return (
    <Panel title="What the rules say">
      {verdicts.length === 0 ? (
        <p className="g-quiet">
          No rule looks at this instance. <Link href="/rules">Rules</Link> say which instances they cover.
        </p>
      ) : (
        <ul className="g-list">
          {verdicts.map(({ ruleId, rule, action, verdict, clauses }) => (
            <li key={ruleId}>
              <div>
                <Link href={`/rules/${encodeURIComponent(ruleId)}`}>{rule}</Link>
                <span className="g-quiet"> would {actionWord[action].verb.toLowerCase()} it</span>
              </div>
              <Verdict verdict={verdict} />
              <ul className="g-clauses">
                {clauses.map(({ text, value, outcome, sentence }) => (
                  <li key={text} className="g-clause" title={sentence}>
                    <Outcome outcome={outcome} />
                    <code>{text}</code>
                    <code className="g-quiet">{value}</code>
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
