// Approve or refuse what was chosen. Only what waits for an approval can be approved; the rest of the choice is said.
import type { ProposalView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useMay } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { cores, counted, memory } from '../words/quantity.ts'
import { VetoDialog } from './veto-dialog.tsx'

interface DecisionBarProps {
  readonly proposals: readonly ProposalView[]
  readonly onDone: () => void
  readonly onClear: () => void
}

export function DecisionBar({ proposals, onDone, onClear }: DecisionBarProps) {
  const approve = useAct('approveProposals', ['getPlan', 'getStatus', 'listInstances'])
  const may = useMay('operator')
  const [refusing, setRefusing] = useState(false)
  const [note, setNote] = useState('')
  // A live update can overtake the answer: what is under way stays until it has been told.
  if (proposals.length === 0 && !refusing && !approve.isPending) {
    return (
      <p role="status" className={note === '' ? 'g-hidden' : 'g-quiet'}>
        {note}
      </p>
    )
  }
  const waiting = proposals.filter(({ state }) => state === 'awaiting-approval')
  const sum = proposals.reduce(
    (total, { gives }) => ({
      memoryMiB: total.memoryMiB + gives.physicalMemoryMiB,
      cores: total.cores + gives.physicalCores,
      sellable: total.sellable + gives.sellableCores,
    }),
    { memoryMiB: 0, cores: 0, sellable: 0 },
  )
  return (
    <div className="g-decide" role="region" aria-label="Decide on the chosen proposals">
      <span>
        {counted(proposals.length, 'chosen', 'chosen')}: {memory(sum.memoryMiB)} and {cores(sum.cores)} on the machines,{' '}
        {cores(sum.sellable)} sellable.
        {waiting.length < proposals.length && (
          <span className="g-quiet"> {waiting.length} of them wait for an approval.</span>
        )}
      </span>
      <span className="g-row">
        <Button
          isDisabled={!may || waiting.length === 0}
          isLoading={approve.isPending}
          onClick={() =>
            approve.mutate(
              { body: { ids: waiting.map(({ id }) => id) } },
              {
                onSuccess: ({ approved, refused }) => {
                  setNote(
                    `${counted(approved.length, 'proposal')} approved.${refused.length > 0 ? ` ${refused.length} not: ${refused[0]?.detail}` : ''}`,
                  )
                  onDone()
                },
              },
            )
          }
        >
          Approve {waiting.length}
        </Button>
        <Button variant="secondary" isDisabled={!may} onClick={() => setRefusing(true)}>
          Refuse {proposals.length} …
        </Button>
        <Button variant="link" onClick={onClear}>
          Choose none
        </Button>
      </span>
      {approve.error !== null && <ErrorNote error={approve.error} />}
      {refusing && (
        <VetoDialog
          ids={proposals.map(({ id }) => id)}
          onClose={() => setRefusing(false)}
          onDone={(text) => {
            setNote(text)
            setRefusing(false)
            onDone()
          }}
        />
      )}
    </div>
  )
}
