// The pause button for everything: always in sight, with who pressed it and since when.
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { PauseIcon } from '@patternfly/react-icons/dist/esm/icons/pause-icon'
import { PlayIcon } from '@patternfly/react-icons/dist/esm/icons/play-icon'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useStatus } from '../api/use-status.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { RelativeTime } from '../time/relative-time.tsx'

export function PauseControl() {
  const paused = useStatus().data?.paused
  const may = useMay('operator')
  const pause = useAct('pause', ['getStatus'])
  const unpause = useAct('unpause', ['getStatus'])
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  if (paused !== undefined) {
    return (
      <span className="g-paused">
        <span>
          Paused by {paused.by}, <RelativeTime at={paused.since} />
        </span>
        <Button
          variant="warning"
          size="sm"
          icon={<PlayIcon />}
          isDisabled={!may}
          isLoading={unpause.isPending}
          onClick={() => unpause.mutate({})}
        >
          Go on
        </Button>
      </span>
    )
  }
  return (
    <>
      <Button variant="secondary" size="sm" icon={<PauseIcon />} isDisabled={!may} onClick={() => setAsking(true)}>
        Pause everything
      </Button>
      <Modal isOpen={asking} onClose={() => setAsking(false)} variant="small" aria-labelledby="pause-title">
        <ModalHeader
          title="Pause everything?"
          labelId="pause-title"
          description="No action begins until somebody presses Go on. Reading the clouds, rules and proposals continue; what is under way is watched to its end."
        />
        <ModalBody>
          <form
            id="pause-form"
            className="g-field"
            onSubmit={(event) => {
              event.preventDefault()
              pause.mutate(
                { body: reason.trim() === '' ? {} : { reason: reason.trim() } },
                {
                  onSuccess: () => {
                    setAsking(false)
                    setReason('')
                  },
                },
              )
            }}
          >
            <label htmlFor="pause-reason">Why (everybody sees it)</label>
            <input
              id="pause-reason"
              className="g-input"
              value={reason}
              maxLength={500}
              placeholder="storage upgrade until 18:00"
              onChange={(event) => setReason(event.target.value)}
            />
          </form>
          {pause.error !== null && <ErrorNote error={pause.error} />}
        </ModalBody>
        <ModalFooter>
          <Button type="submit" form="pause-form" isLoading={pause.isPending} icon={<PauseIcon />}>
            Pause everything
          </Button>
          <Button variant="link" onClick={() => setAsking(false)}>
            Cancel
          </Button>
        </ModalFooter>
      </Modal>
    </>
  )
}
