// One decision whole: for whom, who leaves, why on this host and not on another, what was done; and a person's word on it.
import type { DecisionView } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { Link } from 'wouter'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { Verdict } from '../parts/verdict.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'
import { count, memory, span } from '../words/quantity.ts'
import { DecisionState, VictimState, whatFor } from './decision-words.tsx'

const touched = ['getDecision', 'listDecisions', 'getPreemption', 'getPlan', 'getStatus'] as const
const endings: readonly DecisionView['state'][] = ['observed', 'done', 'failed', 'cancelled', 'refused']

export function DecisionDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const decision = useApi('getDecision', { params: { id } }, { keepPrevious: true })
  const approve = useAct('approveDecision', touched)
  const cancel = useAct('cancelDecision', touched)
  const may = useMay('operator')
  const state = decision.data?.state
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="decision-title">
      <ModalHeader
        title={decision.data === undefined ? 'Decision' : `Room for ${whatFor(decision.data)}`}
        labelId="decision-title"
      />
      <ModalBody tabIndex={0} aria-label="The decision">
        <Answer read={decision} height="40vh" what="the decision">
          {(view) => <Story view={view} />}
        </Answer>
        {approve.error !== null && <ErrorNote error={approve.error} />}
        {cancel.error !== null && <ErrorNote error={cancel.error} />}
      </ModalBody>
      <ModalFooter>
        {state === 'awaiting-approval' && (
          <Button isDisabled={!may} isLoading={approve.isPending} onClick={() => approve.mutate({ params: { id } })}>
            Approve that they leave
          </Button>
        )}
        {state !== undefined && !endings.includes(state) && (
          <Button
            variant="secondary"
            isDisabled={!may}
            isLoading={cancel.isPending}
            onClick={() => cancel.mutate({ params: { id }, body: {} })}
          >
            Call it off
          </Button>
        )}
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  )
}

function Story({ view }: { readonly view: DecisionView }) {
  const { wish, placements, victims, hosts, reasons, steps, unblock } = view
  return (
    <div className="g-stack">
      <div>
        <DecisionState state={view.state} /> · <Verdict verdict={view.verdict} />
        <p className="g-hint">
          by {view.by}, <RelativeTime at={view.createdAt} />, planned{' '}
          {view.attempt === 1 ? 'once' : `${view.attempt} times`}
          {wish !== undefined && (
            <>
              {' '}
              · {wish.project}: {count(wish.vcpus)} vCPU, {memory(wish.memoryMiB)}, {count(wish.diskGiB)} GiB of disk
              each
            </>
          )}
          {placements.length > 0 && <> · on {[...new Set(placements.map(({ host }) => host))].join(', ')}</>}
        </p>
        {unblock.length > 0 && (
          <ul className="g-list">
            {unblock.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </div>
      {victims.length > 0 && <Victims victims={victims} />}
      {hosts.length > 0 && (
        <section>
          <h3>Why here</h3>
          <p className="g-hint">{reasons.map(({ code, hosts: number }) => `${code} ${count(number)}`).join(' · ')}</p>
          <table className="g-table">
            <caption className="g-hidden">Why each host was or was not chosen</caption>
            <thead>
              <tr>
                <th scope="col">Host</th>
                <th scope="col">Reasons</th>
              </tr>
            </thead>
            <tbody>
              {hosts.map(({ host, codes }) => (
                <tr key={host}>
                  <td>{host}</td>
                  <td>{codes.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {steps.length > 0 && (
        <section>
          <h3>What was done</h3>
          <ol className="g-list">
            {steps.map(({ at, what, outcome }) => (
              <li key={`${at} ${what}`}>
                <RelativeTime at={at} /> · {what}: <span className="g-quiet">{outcome ?? 'under way'}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  )
}

function Victims({ victims }: Pick<DecisionView, 'victims'>) {
  return (
    <section>
      <h3>Who leaves</h3>
      <table className="g-table">
        <caption className="g-hidden">Who leaves, and how far each is</caption>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Project</th>
            <th scope="col">Host</th>
            <th scope="col">What happens</th>
            <th scope="col">State</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {victims.map((victim) => (
            <tr key={victim.instanceId}>
              <td>
                <Link href={`/instances/${encodeURIComponent(victim.instanceId)}`}>{victim.instance}</Link>
              </td>
              <td>{victim.project}</td>
              <td>{victim.host}</td>
              <td>
                {actionWord[victim.action].past} after {span(victim.notice)}
              </td>
              <td>
                <VictimState state={victim.state} />
              </td>
              <td>{victim.outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
