// One lease whole: who holds what and when, what has happened and what will, until when it could be extended; and what one may
// do about it.
import type { LeaseView } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useApi } from '../api/use-api.ts'
import { useMay } from '../api/use-who.ts'
import { Answer } from '../parts/answer.tsx'
import { ErrorNote } from '../parts/error-note.tsx'
import { MomentInput } from '../parts/moment-input.tsx'
import { momentOf, msOf } from '../time/local-moment.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { LeaseFacts } from './lease-facts.tsx'
import { hasPlace, isOver } from './lease-standing.ts'
import { SeriesPart } from './series-part.tsx'

const touched = ['getLease', 'listLeases', 'getLeaseCalendar'] as const

export function LeaseDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const lease = useApi('getLease', { params: { id } }, { keepPrevious: true })
  const confirm = useAct('confirmLease', touched)
  const end = useAct('endLease', touched)
  const renew = useAct('renewLease', touched)
  const may = useMay('member')
  const view = lease.data
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="lease-title">
      <ModalHeader title={view === undefined ? 'Lease' : view.name} labelId="lease-title" />
      <ModalBody tabIndex={0} aria-label="The lease">
        <Answer read={lease} height="30vh" what="the lease">
          {(shown) => (
            <div className="g-stack">
              <LeaseFacts lease={shown} />
              {hasPlace(shown) && may && <NewEnd key={shown.end} lease={shown} />}
              {shown.swaps !== undefined && (
                <ul className="g-list" aria-label="Hosts that were replaced">
                  {shown.swaps.map(({ at, from, to, because }) => (
                    <li key={`${at} ${from}`}>
                      <RelativeTime at={at} /> · {from} was replaced by {to.join(', ')}; {because}
                    </li>
                  ))}
                </ul>
              )}
              {shown.series !== undefined && <SeriesPart series={shown.series} />}
              <Events lease={shown} />
            </div>
          )}
        </Answer>
        {confirm.error !== null && <ErrorNote error={confirm.error} />}
        {end.error !== null && <ErrorNote error={end.error} />}
        {renew.error !== null && <ErrorNote error={renew.error} />}
      </ModalBody>
      <ModalFooter>
        {view?.state === 'proposed' && (
          <Button isDisabled={!may} isLoading={confirm.isPending} onClick={() => confirm.mutate({ params: { id } })}>
            Confirm
          </Button>
        )}
        {view?.openEnded !== undefined && !isOver(view) && (
          <Button isDisabled={!may} isLoading={renew.isPending} onClick={() => renew.mutate({ params: { id } })}>
            It is still needed
          </Button>
        )}
        {view !== undefined && !isOver(view) && (
          <Button
            variant="secondary"
            isDisabled={!may}
            isLoading={end.isPending}
            onClick={() => end.mutate({ params: { id } })}
          >
            {view.state === 'active' ? 'End now' : view.state === 'waiting' ? 'Wait no more' : 'Call off'}
          </Button>
        )}
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  )
}

function NewEnd({ lease }: { readonly lease: LeaseView }) {
  const change = useAct('updateLease', touched)
  const [end, setEnd] = useState(momentOf(Date.parse(lease.end)))
  const endMs = msOf(end)
  return (
    <form
      className="g-row"
      onSubmit={(event) => {
        event.preventDefault()
        if (endMs !== undefined)
          change.mutate({ params: { id: lease.id }, body: { end: new Date(endMs).toISOString() } })
      }}
    >
      <label className="g-row">
        <span className="g-quiet">{lease.openEnded === undefined ? 'Ends' : 'Give it an end'}</span>
        <MomentInput value={end} required onChange={setEnd} />
      </label>
      <Button type="submit" variant="secondary" isLoading={change.isPending} isDisabled={endMs === undefined}>
        {lease.openEnded === undefined ? 'Extend or shorten' : 'End it then'}
      </Button>
      {change.error !== null && <ErrorNote error={change.error} />}
    </form>
  )
}

function Events({ lease }: { readonly lease: LeaseView }) {
  return (
    <section>
      <h3>What happens when</h3>
      <ol className="g-list">
        {lease.events.map(({ kind, at, state, outcome }) => (
          <li key={kind}>
            <RelativeTime at={at} /> · {kind}:{' '}
            <span className="g-quiet">
              {state}
              {outcome === undefined ? '' : `, ${outcome}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
