// An operator's command to take something away, confirmed with what it means on this cloud and what it gives back.
import type { InstanceView } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useStatus } from '../api/use-status.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { actionWord } from '../words/action-words.ts'
import { memory } from '../words/quantity.ts'

/** What an operator may take away by hand. */
export const commands = ['suspend', 'stop', 'pause', 'shelve'] as const
export type Command = (typeof commands)[number]

interface CommandDialogProps {
  readonly instance: InstanceView
  readonly action: Command
  readonly onClose: () => void
}

export function CommandDialog({ instance, action, onClose }: CommandDialogProps) {
  const act = useAct('actOnInstance', ['whyInstance', 'getInstance', 'listInstances', 'getPlan'])
  const cloud = useStatus().data?.clouds.find(({ id }) => id === instance.cloud)
  const meaning = cloud?.actions.find((candidate) => candidate.action === action)
  const [reason, setReason] = useState('')
  const verb = actionWord[action].verb
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="command-title">
      <ModalHeader
        title={`${verb} ${instance.name}?`}
        labelId="command-title"
        description={meaning?.meaning ?? `The cloud ${instance.cloud} does not say what this means there.`}
      />
      <ModalBody>
        <div className="g-stack">
          {meaning !== undefined && (
            <p className="g-quiet">
              {meaning.givesBack.physicalMemory
                ? `Frees up to ${memory(instance.memoryMiB)} on the machine`
                : 'Frees no memory on the machine'}
              {meaning.givesBack.sellable
                ? ', which the cloud can sell again.'
                : '; the cloud keeps the room for it and cannot sell it.'}
            </p>
          )}
          <form
            id="command-form"
            className="g-field"
            onSubmit={(event) => {
              event.preventDefault()
              const text = reason.trim()
              act.mutate(
                { params: { id: instance.id }, body: { action, ...(text === '' ? {} : { reason: text }) } },
                { onSuccess: onClose },
              )
            }}
          >
            <label htmlFor="command-reason">Why (stands in the history)</label>
            <input
              id="command-reason"
              className="g-input"
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </form>
          {act.error !== null && <ErrorNote error={act.error} />}
        </div>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="command-form" isLoading={act.isPending}>
          {verb}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  )
}
