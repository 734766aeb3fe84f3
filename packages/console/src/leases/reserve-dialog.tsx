// Reserve hosts by form: what is written is planned while one writes, so that the earliest slot, or what there is instead, is
// known before anything is asked for.
import type { LeaseEndAction } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { useId, useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useWho } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { Field, Select, Text } from './field.tsx'
import { HoldField } from './hold-field.tsx'
import { canHold, canWait, type LeaseForm, leaseRequest, mayHold } from './lease-form.ts'
import { clashesOf } from './series-preview.tsx'
import { SlotPreview } from './slot-preview.tsx'
import { quotaText, useQuota } from './use-quota.ts'
import { type Slot, useSlot } from './use-slot.ts'
import { WhatFields } from './what-fields.tsx'
import { WhenFields } from './when-fields.tsx'

interface ReserveDialogProps {
  readonly initial: LeaseForm
  readonly clouds: readonly string[]
  readonly projects: readonly string[]
  readonly onClose: () => void
}

const endings: readonly (readonly [LeaseEndAction, string])[] = [
  ['nothing', 'stay where they are'],
  ['suspend', 'are suspended'],
  ['stop', 'are stopped'],
  ['delete', 'are deleted'],
]

const touched = ['listLeases', 'getLeaseCalendar'] as const

export function ReserveDialog({ initial, clouds, projects, onClose }: ReserveDialogProps) {
  const [form, setForm] = useState(initial)
  const make = useAct('createLease', touched)
  const makeSeries = useAct('createLeaseSeries', touched)
  const slot = useSlot(form, make.isPending || makeSeries.isPending)
  const who = useWho()
  const known = [...new Set([...(who?.projects ?? []), ...projects])].sort()
  const quota = useQuota(form, known)
  const left = quota === undefined ? '' : quotaText(quota)
  const request = leaseRequest(form)
  const error = make.error ?? makeSeries.error
  const list = useId()
  const put = (part: Partial<LeaseForm>) => setForm((now) => ({ ...now, ...part }))
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="reserve-title">
      <ModalHeader title="Reserve hosts" labelId="reserve-title" />
      <ModalBody tabIndex={0} aria-label="What is reserved">
        <form
          id="reserve"
          className="g-lease-form"
          onSubmit={(event) => {
            event.preventDefault()
            make.reset()
            makeSeries.reset()
            if (request?.of === 'series') makeSeries.mutate({ body: request.body }, { onSuccess: onClose })
            else if (request !== undefined) make.mutate({ body: request.body }, { onSuccess: onClose })
          }}
        >
          <Field label="Name">
            {(id) => <Text id={id} value={form.name} required maxLength={100} onText={(name) => put({ name })} />}
          </Field>
          <Field label="Project" hint="May be left out by a member of one project">
            {(id) => <Text id={id} value={form.project} list={list} onText={(project) => put({ project })} />}
          </Field>
          {left !== '' && (
            <p className="g-hint" role="status" aria-label="What is left of the quota">
              {left}
            </p>
          )}
          <datalist id={list}>
            {known.map((project) => (
              <option key={project} value={project} />
            ))}
          </datalist>
          {clouds.length > 1 && (
            <Field label="Cloud">
              {(id) => (
                <Select
                  id={id}
                  value={form.cloud}
                  options={clouds.map((cloud) => [cloud, cloud] as const)}
                  onPick={(cloud) => put({ cloud })}
                />
              )}
            </Field>
          )}
          <WhatFields form={form} put={put} />
          <WhenFields form={form} put={put} />
          <Field label="Only hosts for which" hint='CEL or JSON: vcpus >= 16 && rack == "r2"' wide>
            {(id) => <Text id={id} value={form.filter} onText={(filter) => put({ filter })} />}
          </Field>
          <Field label="At the end, instances that are still there">
            {(id) => (
              <Select id={id} value={form.endAction} options={endings} onPick={(endAction) => put({ endAction })} />
            )}
          </Field>
          <Field label="Told before the end" hint="Their owners get a notice so long before; empty: none">
            {(id) => <Text id={id} value={form.notice} onText={(notice) => put({ notice })} />}
          </Field>
          {mayHold(form) && <HoldField form={form} put={put} />}
        </form>
        <SlotPreview slot={slot} form={form} priority={quota?.priority} onTake={put} />
        {error !== null && <ErrorNote error={error} />}
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="reserve"
          isDisabled={request === undefined || !isPossible(form, slot)}
          isLoading={make.isPending || makeSeries.isPending}
        >
          {wordOf(form, slot)}
        </Button>
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  )
}

function wordOf(form: LeaseForm, { plan }: Slot): string {
  if (plan?.feasible === false && form.wait && canWait(form)) return 'Wait for a place'
  return form.hold && canHold(form) ? 'Hold' : 'Reserve'
}

/** What is not known yet is not refused here: the server has the last word. */
function isPossible(form: LeaseForm, { plan, series }: Slot): boolean {
  if (series !== undefined) {
    const clashes = clashesOf(series.times)
    return clashes === 0 || (form.recurrence.skipClashes && clashes < series.times.length)
  }
  return plan?.feasible !== false || (form.wait && canWait(form))
}
