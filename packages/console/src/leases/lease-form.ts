// What is written in the form, and the request it stands for. Times are those of the viewer's own zone, as the browser's
// field has them; what cannot be sent yet gives no request.
import type { BodyOf, endpoints } from '@gleaner/model'
import { type LocalMoment, msOf, noMoment } from '../time/local-moment.ts'
import { emptyRecurrence, type RecurrenceForm, ruleOf } from './recurrence-form.ts'

export const hows = [
  { value: 'time', text: 'At a time' },
  { value: 'window', text: 'As early as possible' },
  { value: 'now', text: 'Now, what is there' },
  { value: 'endless', text: 'Without an end' },
] as const
export type How = (typeof hows)[number]['value']

export const whats = [
  { value: 'hosts', text: 'Whole hosts' },
  { value: 'room', text: 'Room for instances' },
] as const

export const affinities = [
  ['any', 'as it comes'],
  ['together', 'all on one host'],
  ['apart', 'each on a host of its own'],
] as const

export interface LeaseForm {
  readonly name: string
  readonly project: string
  readonly cloud: string
  readonly what: (typeof whats)[number]['value']
  /** Of room: how many instances, and what each has. */
  readonly amount: string
  readonly vcpus: string
  readonly memoryMiB: string
  /** Empty: none, or it does not matter. */
  readonly diskGiB: string
  readonly affinity: (typeof affinities)[number][0]
  /** Of whole hosts. */
  readonly min: string
  readonly max: string
  readonly filter: string
  readonly how: How
  /** Empty: now. */
  readonly start: LocalMoment
  readonly duration: string
  /** Of a window: the stay is put at the earliest moment before this. */
  readonly until: LocalMoment
  /** Of a lease at a time. */
  readonly recurrence: RecurrenceForm
  readonly wait: boolean
  readonly waitFor: string
  /** First a proposal, which is given up unless somebody confirms it. */
  readonly hold: boolean
  readonly holdFor: string
  readonly endAction: 'nothing' | 'suspend' | 'stop' | 'delete'
  /** How long before the end those on the hosts are told; empty: not at all. */
  readonly notice: string
}

export const emptyForm: LeaseForm = {
  name: '',
  project: '',
  cloud: '',
  what: 'hosts',
  amount: '1',
  vcpus: '2',
  memoryMiB: '4096',
  diskGiB: '',
  affinity: 'any',
  min: '1',
  max: '',
  filter: '',
  how: 'time',
  start: noMoment,
  duration: '4h',
  until: noMoment,
  recurrence: emptyRecurrence,
  wait: false,
  waitFor: '1d',
  hold: false,
  holdFor: '2h',
  endAction: 'nothing',
  notice: '1h',
}

type PlanBody = BodyOf<(typeof endpoints)['planLease']>
type CreateBody = BodyOf<(typeof endpoints)['createLease']>
type SeriesBody = BodyOf<(typeof endpoints)['createLeaseSeries']>

export type LeasePlanRequest =
  | { readonly of: 'lease'; readonly body: PlanBody }
  | { readonly of: 'series'; readonly body: SeriesBody }
export type LeaseRequest =
  | { readonly of: 'lease'; readonly body: CreateBody }
  | { readonly of: 'series'; readonly body: SeriesBody }

export function isSeries({ how, recurrence }: LeaseForm): boolean {
  return how === 'time' && recurrence.repeat !== 'never'
}

/** Whether a lease of this kind can wait for a place; what takes what is there does not, nor do many times at once. */
export function canWait(form: LeaseForm): boolean {
  return form.how !== 'now' && !isSeries(form)
}

/** Whether leases of this kind can be proposals first: many times at once are none, nor is what takes what is there. */
export function mayHold(form: LeaseForm): boolean {
  return form.how !== 'now' && !isSeries(form)
}

/** A proposal lapses at its start: what may begin at once is none. */
export function canHold(form: LeaseForm): boolean {
  return mayHold(form) && form.start.text.trim() !== ''
}

/** What is asked while one writes; the name may come later. */
export function planRequest(form: LeaseForm): LeasePlanRequest | undefined {
  const body = wishOf(form)
  if (body === undefined) return undefined
  if (isSeries(form)) return seriesRequest({ ...form, name: form.name.trim() || 'series' }, body)
  const name = form.name.trim()
  return { of: 'lease', body: { ...body, ...(name === '' ? {} : { name }), ...termsOf(form) } }
}

export function leaseRequest(form: LeaseForm): LeaseRequest | undefined {
  const wish = wishOf(form)
  const ending = endingOf(form)
  if (wish === undefined || ending === undefined || form.name.trim() === '') return undefined
  if (isSeries(form)) return seriesRequest(form, wish)
  const terms = termsOf(form)
  return terms && { of: 'lease', body: { ...wish, name: form.name.trim(), ...ending, ...terms } }
}

/** Whether it waits, and is held only: when and where it can be depends on both. Undefined while a time of them is none. */
function termsOf(form: LeaseForm): Pick<PlanBody, 'waitFor' | 'holdFor'> | undefined {
  const waits = form.wait && canWait(form)
  const holds = form.hold && canHold(form)
  if ((waits && !isDuration(form.waitFor)) || (holds && !isDuration(form.holdFor))) return undefined
  return {
    ...(waits ? { waitFor: form.waitFor.trim() } : {}),
    ...(holds ? { holdFor: form.holdFor.trim() } : {}),
  }
}

function seriesRequest(form: LeaseForm, wish: PlanBody): Extract<LeaseRequest, { of: 'series' }> | undefined {
  const { name, recurrence } = form
  const rule = ruleOf(recurrence)
  if (rule === undefined || wish.start === undefined) return undefined
  const { zone, skipClashes } = recurrence
  const body: SeriesBody = {
    ...wish,
    name: name.trim(),
    recurrence: { rule, timeZone: zone.trim() },
    ...endingOf(form),
  }
  return { of: 'series', body: skipClashes ? { ...body, skipClashes } : body }
}

/** Undefined while the time of the notice is none. */
function endingOf({ endAction, notice }: LeaseForm): Pick<CreateBody, 'endAction' | 'notice'> | undefined {
  const text = notice.trim()
  if (text === '') return { endAction, notice: '0s' }
  return isDuration(text) ? { endAction, notice: text } : undefined
}

function wishOf(form: LeaseForm): PlanBody | undefined {
  const size = form.what === 'hosts' ? hostsOf(form) : roomOf(form)
  const when = whenOf(form)
  if (size === undefined || when === undefined) return undefined
  const filter = form.filter.trim()
  return {
    ...(form.cloud === '' ? {} : { cloud: form.cloud }),
    ...(form.project.trim() === '' ? {} : { project: form.project.trim() }),
    ...when,
    reservations: [{ ...size, ...(filter === '' ? {} : { filter }) }],
  }
}

type Size = Omit<PlanBody['reservations'][number], 'filter'>

function hostsOf(form: LeaseForm): Size | undefined {
  const min = wholeOf(form.min)
  const max = form.max.trim() === '' ? min : wholeOf(form.max)
  return min === undefined || max === undefined ? undefined : { min, max }
}

function roomOf(form: LeaseForm): Size | undefined {
  const amount = wholeOf(form.amount)
  const [vcpus, memoryMiB, diskGiB] = [form.vcpus, form.memoryMiB, form.diskGiB].map(sizeOf)
  if (amount === undefined || vcpus === undefined || memoryMiB === undefined || diskGiB === undefined) return undefined
  if (vcpus + memoryMiB + diskGiB === 0) return undefined
  const disk = diskGiB === 0 ? {} : { diskGiB }
  const affinity = form.affinity === 'any' ? {} : { affinity: form.affinity }
  return { instances: { amount, vcpus, memoryMiB, ...disk, ...affinity } }
}

function whenOf({ how, ...form }: LeaseForm): Partial<PlanBody> | undefined {
  const duration = form.duration.trim()
  if (how !== 'endless' && !isDuration(duration)) return undefined
  if (how === 'now') return { bestEffort: true, duration }
  const start = timeOf(form.start)
  if (start === undefined) return undefined
  const from = start === '' ? {} : { start }
  if (how === 'endless') return { ...from, openEnded: true }
  if (how === 'time') return { ...from, duration }
  const end = timeOf(form.until)
  return end === undefined || end === '' ? undefined : { ...from, end, duration }
}

/** 90 minutes: 1h30m. */
export function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  return [days && `${days}d`, hours && `${hours}h`, minutes % 60 && `${minutes % 60}m`].filter(Boolean).join('')
}

function isDuration(text: string): boolean {
  return /^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$/.test(text.trim())
}

/** As the API takes it; empty for empty, undefined for what is no time. */
function timeOf(moment: LocalMoment): string | undefined {
  if (moment.text.trim() === '') return ''
  const ms = msOf(moment)
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

/** Empty: none of it. */
function sizeOf(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

function wholeOf(text: string): number | undefined {
  const value = Number(text)
  return text.trim() !== '' && Number.isInteger(value) && value >= 1 ? value : undefined
}
