// What is written in the form, and the request it stands for. Times are those of the viewer's own zone, as the browser's
// field has them; what cannot be sent yet gives no body.
import type { BodyOf, endpoints } from '@gleaner/model'

export interface LeaseForm {
  readonly name: string
  readonly project: string
  readonly cloud: string
  readonly min: string
  readonly max: string
  readonly filter: string
  /** Empty: now. */
  readonly start: string
  readonly duration: string
  /** Empty: exactly from start on; otherwise the stay is put at the earliest moment before this. */
  readonly until: string
  readonly endAction: 'nothing' | 'suspend' | 'stop' | 'delete'
}

export const emptyForm: LeaseForm = {
  name: '',
  project: '',
  cloud: '',
  min: '1',
  max: '',
  filter: '',
  start: '',
  duration: '4h',
  until: '',
  endAction: 'nothing',
}

type PlanBody = BodyOf<(typeof endpoints)['planLease']>
type CreateBody = BodyOf<(typeof endpoints)['createLease']>

export function planBody(form: LeaseForm): PlanBody | undefined {
  const min = wholeOf(form.min)
  const max = form.max.trim() === '' ? min : wholeOf(form.max)
  const start = timeOf(form.start)
  const until = timeOf(form.until)
  if (min === undefined || max === undefined || start === undefined || until === undefined) return undefined
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$/.test(form.duration.trim())) return undefined
  const filter = form.filter.trim()
  return {
    ...(form.cloud === '' ? {} : { cloud: form.cloud }),
    ...(form.project.trim() === '' ? {} : { project: form.project.trim() }),
    ...(start === '' ? {} : { start }),
    ...(until === '' ? {} : { end: until }),
    duration: form.duration.trim(),
    reservations: [{ min, max, ...(filter === '' ? {} : { filter }) }],
  }
}

export function createBody(form: LeaseForm): CreateBody | undefined {
  const plan = planBody(form)
  if (plan === undefined || form.name.trim() === '') return undefined
  return { ...plan, name: form.name.trim(), endAction: form.endAction }
}

/** A moment as the field for local times takes it. */
export function localTime(ms: number): string {
  const at = new Date(ms)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** 90 minutes: 1h30m. */
export function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  return [days && `${days}d`, hours && `${hours}h`, minutes % 60 && `${minutes % 60}m`].filter(Boolean).join('')
}

/** As the API takes it; empty for empty, undefined for what is no time. */
function timeOf(local: string): string | undefined {
  if (local.trim() === '') return ''
  const ms = new Date(local).getTime()
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined
}

function wholeOf(text: string): number | undefined {
  const value = Number(text)
  return text.trim() !== '' && Number.isInteger(value) && value >= 1 ? value : undefined
}
