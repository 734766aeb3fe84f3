// "Leave it alone until …", the owner's word that wins over every rule.
import type { InstanceView } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { ErrorNote } from '../parts/error-note.tsx'

const spans = [
  ['4h', '4 hours'],
  ['1d', '1 day'],
  ['3d', '3 days'],
  ['7d', '1 week'],
  ['30d', '30 days'],
] as const

export function KeepDialog({ instance, onClose }: { readonly instance: InstanceView; readonly onClose: () => void }) {
  const keep = useAct('keepInstance', ['whyInstance', 'getInstance', 'listInstances', 'getPlan'])
  const [span, setSpan] = useState('1d')
  const [reason, setReason] = useState('')
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="keep-title">
      <ModalHeader
        title={`Keep ${instance.name}`}
        labelId="keep-title"
        description="Gleaner leaves it as it is until the time ends, whatever the rules say. You can end it earlier."
      />
      <ModalBody>
        <form
          id="keep-form"
          className="g-stack"
          onSubmit={(event) => {
            event.preventDefault()
            const text = reason.trim()
            keep.mutate(
              { params: { id: instance.id }, body: { for: span, ...(text === '' ? {} : { reason: text }) } },
              { onSuccess: onClose },
            )
          }}
        >
          <div className="g-field">
            <label htmlFor="keep-for">For</label>
            <select id="keep-for" className="g-input" value={span} onChange={(event) => setSpan(event.target.value)}>
              {spans.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </div>
          <div className="g-field">
            <label htmlFor="keep-reason">Why (others see it)</label>
            <input
              id="keep-reason"
              className="g-input"
              maxLength={500}
              placeholder="needed for the demo on Friday"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        </form>
        {keep.error !== null && <ErrorNote error={keep.error} />}
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="keep-form" isLoading={keep.isPending}>
          Keep it
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  )
}
