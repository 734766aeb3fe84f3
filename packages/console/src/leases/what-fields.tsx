// What is reserved: whole hosts, or room for equal instances.
import { Choice } from '../parts/choice.tsx'
import { Field, Select, Text } from './field.tsx'
import { affinities, whats } from './lease-form.ts'
import type { LeaseFieldsProps } from './when-fields.tsx'

export function WhatFields({ form, put }: LeaseFieldsProps) {
  return (
    <>
      <div className="g-field" data-wide="true">
        <Choice label="What" value={form.what} options={whats} onChange={(what) => put({ what })} />
      </div>
      {form.what === 'hosts' ? <HostFields form={form} put={put} /> : <RoomFields form={form} put={put} />}
    </>
  )
}

function HostFields({ form, put }: LeaseFieldsProps) {
  const takesSome = form.how === 'now' && form.max.trim() === ''
  return (
    <>
      <Field label={takesSome ? 'Hosts, up to' : 'Hosts, at least'} {...(takesSome ? { hint: 'One is enough' } : {})}>
        {(id) => <Text id={id} value={form.min} inputMode="numeric" required onText={(min) => put({ min })} />}
      </Field>
      <Field label="Hosts, at most" hint="As many if empty">
        {(id) => <Text id={id} value={form.max} inputMode="numeric" onText={(max) => put({ max })} />}
      </Field>
    </>
  )
}

function RoomFields({ form, put }: LeaseFieldsProps) {
  return (
    <>
      <Field
        label={form.how === 'now' ? 'Instances, up to' : 'Instances'}
        {...(form.how === 'now' ? { hint: 'As many as there is room for' } : {})}
      >
        {(id) => <Text id={id} value={form.amount} inputMode="numeric" required onText={(amount) => put({ amount })} />}
      </Field>
      <Field label="Placed">
        {(id) => <Select id={id} value={form.affinity} options={affinities} onPick={(affinity) => put({ affinity })} />}
      </Field>
      <div className="g-lease-size" data-wide="true">
        <Field label="vCPUs of each">
          {(id) => <Text id={id} value={form.vcpus} inputMode="decimal" onText={(vcpus) => put({ vcpus })} />}
        </Field>
        <Field label="MiB of memory of each">
          {(id) => (
            <Text id={id} value={form.memoryMiB} inputMode="numeric" onText={(memoryMiB) => put({ memoryMiB })} />
          )}
        </Field>
        <Field label="GiB of disk of each" hint="None is promised if empty">
          {(id) => <Text id={id} value={form.diskGiB} inputMode="numeric" onText={(diskGiB) => put({ diskGiB })} />}
        </Field>
      </div>
    </>
  )
}
