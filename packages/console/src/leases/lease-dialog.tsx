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
import { absolute } from '../time/absolute.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { hostsOf } from './lease-columns.tsx'
import { localTime } from './lease-form.ts'
import { LeaseStateWord, spanText } from './lease-words.tsx'

const touched = ['getLease', 'listLeases', 'getLeaseCalendar'] as const
const hasPlace = ({ state }: LeaseView) => state === 'proposed' || state === 'pending' || state === 'active'
const isOpen = (lease: LeaseView) => lease.state === 'waiting' || hasPlace(lease)

export function LeaseDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const lease = useApi('getLease', { params: { id } }, { keepPrevious: true })
  const confirm = useAct('confirmLease', touched)
  const end = useAct('endLease', touched)
  const may = useMay('member')
  const view = lease.data
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="lease-title">
      <ModalHeader title={view === undefined ? 'Lease' : view.name} labelId="lease-title" />
      <ModalBody tabIndex={0} aria-label="The lease">
        <Answer read={lease} height="30vh" what="the lease">
          {(shown) => (
            <div className="g-stack">
              <Facts lease={shown} />
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
              <Events lease={shown} />
            </div>
          )}
        </Answer>
        {confirm.error !== null && <ErrorNote error={confirm.error} />}
        {end.error !== null && <ErrorNote error={end.error} />}
      </ModalBody>
      <ModalFooter>
        {view?.state === 'proposed' && (
          <Button isDisabled={!may} isLoading={confirm.isPending} onClick={() => confirm.mutate({ params: { id } })}>
            Confirm
          </Button>
        )}
        {view !== undefined && isOpen(view) && (
          <Button
            variant="secondary"
            isDisabled={!may}
            isLoading={end.isPending}
            onClick={() => end.mutate({ params: { id } })}
          >
            {view.state === 'active' ? 'End now' : 'Call off'}
          </Button>
        )}
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  )
}

function Facts({ lease }: { readonly lease: LeaseView }) {
  const hosts = hostsOf(lease.reservations)
  return (
    <dl className="g-facts">
      <Fact name="State">
        <LeaseStateWord state={lease.state} />
        {lease.heldUntil !== undefined && (
          <>
            , held until <RelativeTime at={lease.heldUntil} />
          </>
        )}
      </Fact>
      <Fact name="When">{spanText(lease.start, lease.end)}</Fact>
      <Fact name="Project">{lease.project}</Fact>
      <Fact name="Asked for by">{lease.by}</Fact>
      <Fact name={`Hosts (${hosts.length})`}>{hosts.join(', ')}</Fact>
      {lease.unused !== undefined && (
        <Fact name="Unused since">
          {absolute(lease.unused.since)}
          {lease.unused.endsAt !== undefined &&
            lease.unused.endedAt === undefined &&
            `; it ends at ${absolute(lease.unused.endsAt)} unless it is used before`}
          {lease.unused.endedAt !== undefined && `; ended for that at ${absolute(lease.unused.endedAt)}`}
        </Fact>
      )}
      {lease.waiting !== undefined && (
        <Fact name="On the waitlist">
          number {lease.waiting.position} of {lease.waiting.of}, until {absolute(lease.waiting.until)};{' '}
          {lease.waiting.earliest === undefined
            ? 'as things are there will be no place'
            : `as things are the earliest is ${absolute(lease.waiting.earliest)}`}
        </Fact>
      )}
      {hasPlace(lease) && (
        <Fact name="Can be extended until">
          {lease.longestUntil === undefined ? 'nobody comes after it' : absolute(lease.longestUntil)}
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function NewEnd({ lease }: { readonly lease: LeaseView }) {
  const change = useAct('updateLease', touched)
  const [end, setEnd] = useState(localTime(Date.parse(lease.end)))
  const endMs = new Date(end).getTime()
  return (
    <form
      className="g-row"
      onSubmit={(event) => {
        event.preventDefault()
        if (Number.isFinite(endMs))
          change.mutate({ params: { id: lease.id }, body: { end: new Date(endMs).toISOString() } })
      }}
    >
      <label className="g-row">
        <span className="g-quiet">Ends</span>
        <input
          className="g-input"
          type="datetime-local"
          value={end}
          required
          onChange={(event) => setEnd(event.target.value)}
        />
      </label>
      <Button type="submit" variant="secondary" isLoading={change.isPending} isDisabled={!Number.isFinite(endMs)}>
        Extend or shorten
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
