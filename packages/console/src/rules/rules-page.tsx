// All rules by priority, and ready-made ones to begin with.
import { Button } from '@patternfly/react-core'
import { PlusIcon } from '@patternfly/react-icons/dist/esm/icons/plus-icon'
import { Link, useLocation } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { Empty } from '../parts/empty.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { ProjectsPanel } from './projects-panel.tsx'
import { ReadyMade } from './ready-made.tsx'
import { RuleRow } from './rule-row.tsx'
import './rules.css'

export function RulesPage() {
  const rules = useApi('listRules', {})
  const savings = useApi('getSavings', { query: { for: '7d', by: 'rule' } }, { refetchMs: 300_000 })
  const gainOf = (name: string) => savings.data?.items.find(({ key }) => key === name)
  const may = useMay('operator')
  const [, go] = useLocation()
  return (
    <>
      <PageHead
        title="Rules"
        lead="A rule says what idle means here, and what to do about it. What it lacks data for it leaves alone."
        actions={
          may && (
            <Button icon={<PlusIcon />} onClick={() => go('/rules/new')}>
              New rule
            </Button>
          )
        }
      />
      <div className="g-stack">
        <Panel title="Your rules">
          <Answer read={rules} height="200px" what="the rules">
            {({ items }) =>
              items.length === 0 ? (
                <Empty
                  title="There is no rule yet"
                  action={may && <Link href="/rules/new">Write one from nothing</Link>}
                >
                  Begin with one of the ready-made rules below: it shows which instances it matches before you save it,
                  and in observe it never does anything.
                </Empty>
              ) : (
                <div className="g-scroll">
                  <table className="g-table">
                    <caption className="g-hidden">Rules by priority</caption>
                    <thead>
                      <tr>
                        <th scope="col">Rule</th>
                        <th scope="col">Does</th>
                        <th scope="col" className="g-right">
                          Matches now
                        </th>
                        <th scope="col" className="g-right">
                          Unknown
                        </th>
                        <th scope="col" className="g-right">
                          Done
                        </th>
                        <th scope="col" className="g-right">
                          Given back, 7 days
                        </th>
                        <th scope="col">Mode</th>
                        <th scope="col">On</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((rule) => (
                        <RuleRow key={rule.id} rule={rule} gain={gainOf(rule.definition.name)} />
                      ))}
                    </tbody>
                  </table>
                </div>
              )
            }
          </Answer>
        </Panel>
        <ProjectsPanel />
        <ReadyMade />
      </div>
    </>
  )
}
