// Refuse proposals: the instances are left alone for a time.
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { counted } from '../words/quantity.ts'

interface VetoDialogProps {
  readonly ids: readonly string[]
  readonly onClose: () => void
  readonly onDone: (note: string) => void
}

export function VetoDialog({ ids, onClose, onDone }: VetoDialogProps) {
  const veto = useAct('vetoProposals', ['getPlan', 'getStatus', 'listInstances'])
  const [span, setSpan] = useState('1d')
  const [reason, setReason] = useState('')
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="veto-title">
      <ModalHeader
        title={`Refuse ${counted(ids.length, 'proposal')}`}
        labelId="veto-title"
        description="The instances are left as they are for the time you choose, even if the rule goes on matching."
      />
      <ModalBody>
        <form
          id="veto-form"
          className="g-stack"
          onSubmit={(event) => {
            event.preventDefault()
            const text = reason.trim()
            veto.mutate(
              { body: { ids: [...ids], for: span, ...(text === '' ? {} : { reason: text }) } },
              { onSuccess: ({ vetoed }) => onDone(`${counted(vetoed, 'proposal')} refused.`) },
            )
          }}
        >
          <div className="g-field">
            <label htmlFor="veto-for">Leave alone for</label>
            <select id="veto-for" className="g-input" value={span} onChange={(event) => setSpan(event.target.value)}>
              <option value="4h">4 hours</option>
              <option value="1d">1 day</option>
              <option value="7d">1 week</option>
              <option value="30d">30 days</option>
            </select>
          </div>
          <div className="g-field">
            <label htmlFor="veto-reason">Why (stands in the history)</label>
            <input
              id="veto-reason"
              className="g-input"
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        </form>
        {veto.error !== null && <ErrorNote error={veto.error} />}
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="veto-form" isLoading={veto.isPending}>
          Refuse
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  )
}
