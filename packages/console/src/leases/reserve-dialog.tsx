// Reserve hosts by form: what is written is planned while one writes, so that the earliest slot, or what there is instead, is
// known before anything is asked for.
import type { LeaseEndAction } from '@gleaner/model'
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import { type ReactNode, useId, useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { useWho } from '../api/use-who.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import { createBody, type LeaseForm } from './lease-form.ts'
import { SlotPreview } from './slot-preview.tsx'
import { quotaText, useQuota } from './use-quota.ts'
import { useSlot } from './use-slot.ts'

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

export function ReserveDialog({ initial, clouds, projects, onClose }: ReserveDialogProps) {
  const [form, setForm] = useState(initial)
  const slot = useSlot(form)
  const make = useAct('createLease', ['listLeases', 'getLeaseCalendar'])
  const who = useWho()
  const known = [...new Set([...(who?.projects ?? []), ...projects])].sort()
  const quota = useQuota(form, known)
  const left = quota === undefined ? '' : quotaText(quota)
  const body = createBody(form)
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
            if (body !== undefined) make.mutate({ body }, { onSuccess: onClose })
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
                <select
                  id={id}
                  className="g-input"
                  value={form.cloud}
                  onChange={(event) => put({ cloud: event.target.value })}
                >
                  {clouds.map((cloud) => (
                    <option key={cloud}>{cloud}</option>
                  ))}
                </select>
              )}
            </Field>
          )}
          <Field label="Hosts, at least">
            {(id) => <Text id={id} value={form.min} inputMode="numeric" required onText={(min) => put({ min })} />}
          </Field>
          <Field label="Hosts, at most" hint="As many if empty">
            {(id) => <Text id={id} value={form.max} inputMode="numeric" onText={(max) => put({ max })} />}
          </Field>
          <Field label="Only hosts for which" hint='CEL or JSON: vcpus >= 16 && rack == "r2"' wide>
            {(id) => <Text id={id} value={form.filter} onText={(filter) => put({ filter })} />}
          </Field>
          <Field label="From" hint="Now if empty">
            {(id) => <Text id={id} type="datetime-local" value={form.start} onText={(start) => put({ start })} />}
          </Field>
          <Field label="For" hint="90m, 4h, 2d12h">
            {(id) => <Text id={id} value={form.duration} required onText={(duration) => put({ duration })} />}
          </Field>
          <Field label="At the earliest moment before" hint="Exactly from the start if empty">
            {(id) => <Text id={id} type="datetime-local" value={form.until} onText={(until) => put({ until })} />}
          </Field>
          <Field label="At the end, instances that are still there">
            {(id) => (
              <select
                id={id}
                className="g-input"
                value={form.endAction}
                onChange={(event) => put({ endAction: event.target.value as LeaseEndAction })}
              >
                {endings.map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </form>
        <SlotPreview slot={slot} onTake={put} />
        {make.error !== null && <ErrorNote error={make.error} />}
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="reserve"
          isDisabled={body === undefined || slot.plan?.feasible === false}
          isLoading={make.isPending}
        >
          Reserve
        </Button>
        <Button variant="link" onClick={onClose}>
          Close
        </Button>
      </ModalFooter>
    </Modal>
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly wide?: boolean
  readonly children: (id: string) => ReactNode
}

function Field({ label, hint, wide = false, children }: FieldProps) {
  const id = useId()
  return (
    <div className="g-field" data-wide={wide}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p className="g-hint">{hint}</p>}
    </div>
  )
}

type TextProps = Omit<React.ComponentProps<'input'>, 'onChange'> & { readonly onText: (text: string) => void }

function Text({ onText, ...rest }: TextProps) {
  return <input className="g-input" autoComplete="off" {...rest} onChange={(event) => onText(event.target.value)} />
}
