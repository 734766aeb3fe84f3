// The preemptible instances themselves, and the owner's rehearsal: one of them is evicted as if its room were needed.
import type { InstanceView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { InstanceState } from '../parts/marked.tsx'
import { Panel } from '../parts/panel.tsx'
import { counted, memory } from '../words/quantity.ts'

const shown = 200

export function Preemptible() {
  const instances = useApi(
    'listInstances',
    { query: { firmness: 'preemptible', limit: shown } },
    { keepPrevious: true },
  )
  const test = useAct('testEviction', ['listDecisions', 'getPreemption', 'getPlan'])
  const may = useMay('member')
  return (
    <Panel title="Preemptible instances">
      {test.error !== null && <ErrorNote error={test.error} />}
      <p className="g-hint" role="status">
        {test.data !== undefined &&
          `${test.data.victims.map(({ instance }) => instance).join(', ')}: the owner is told; the decision above shows how far it is.`}
      </p>
      <Answer read={instances} height="200px" what="the instances">
        {({ items, total }) =>
          items.length === 0 ? (
            <p className="g-quiet">
              There are none. An instance is preemptible by its tag, and can be marked by gleaner evictions mark.
            </p>
          ) : (
            <>
              <div
                className="g-scroll g-preemption__hosts"
                tabIndex={0}
                role="region"
                aria-label="Preemptible instances"
              >
                <table className="g-table">
                  <thead>
                    <tr>
                      <th scope="col">Instance</th>
                      <th scope="col">State</th>
                      <th scope="col">Project</th>
                      <th scope="col">Host</th>
                      <th scope="col" className="g-right">
                        Size
                      </th>
                      <th scope="col" className="g-right">
                        Rehearse
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((instance) => (
                      <Row
                        key={instance.id}
                        instance={instance}
                        isDisabled={!may || test.isPending}
                        onTest={() => test.mutate({ params: { id: instance.id } })}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
              {total > items.length && (
                <p className="g-hint">
                  {items.length} of {counted(total, 'instance')}.
                </p>
              )}
            </>
          )
        }
      </Answer>
    </Panel>
  )
}

interface RowProps {
  readonly instance: InstanceView
  readonly isDisabled: boolean
  readonly onTest: () => void
}

function Row({ instance, isDisabled, onTest }: RowProps) {
  const { id, name, state, project, host, vcpus, memoryMiB } = instance
  return (
    <tr>
      <td>
        <Link href={`/instances/${encodeURIComponent(id)}`}>{name}</Link>
      </td>
      <td>
        <InstanceState state={state} />
      </td>
      <td>{project}</td>
      <td>{host}</td>
      <td className="g-right g-num">
        {vcpus} vCPU, {memory(memoryMiB)}
      </td>
      <td className="g-right">
        <Button
          variant="secondary"
          size="sm"
          isDisabled={isDisabled || state !== 'running'}
          aria-label={`Test eviction of ${name}`}
          onClick={onTest}
        >
          Test eviction
        </Button>
      </td>
    </tr>
  )
}
