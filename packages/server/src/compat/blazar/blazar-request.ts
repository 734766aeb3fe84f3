// Bodies of Blazar's client, and Climate's of 2013, as requests for a lease. What is not understood in full is refused with
// the field named: a promise must not be smaller than what was asked for.
import { GleanerError, type LeaseFilter, type ReservationId } from '@gleaner/model'
import {
  type AskedReservation,
  jsonFilter,
  type LeaseChange,
  type LeaseWhen,
  type SizeChange,
  sizeChanges,
} from '../../reservation/lease-request.ts'
import { gleanerId } from './blazar-ids.ts'
import { readBlazarTime } from './blazar-times.ts'

type Body = Readonly<Record<string, unknown>>

export interface BlazarWish extends LeaseWhen {
  readonly name: string
  readonly reservations: readonly AskedReservation[]
  readonly noticeMs: number
}

const defaultNoticeMs = 3_600_000

export function readLease(given: unknown, nowMs: number): BlazarWish {
  const body = objectOf(given, 'body')
  const isClimate =
    body['host_properties'] !== undefined || body['quantity'] !== undefined || body['start_time'] !== undefined
  const reservations = isClimate
    ? [climateHosts(body)]
    : listOf(body['reservations'], 'reservations').map(reservationOf)
  if (reservations.length === 0) refuse('reservations: at least one is needed')
  if (listOf(body['events'] ?? [], 'events').length > 0)
    refuse('events: events of your own are not supported; before_end_date is')
  const when = isClimate ? climateWhen(body, nowMs) : whenOf(body, nowMs)
  return { name: nameOf(body['name']), ...when, reservations, noticeMs: noticeOf(body, when, nowMs) }
}

export function readChange(given: unknown, nowMs: number): LeaseChange {
  const body = objectOf(given, 'body')
  const sizes = listOf(body['reservations'] ?? [], 'reservations').map((one): readonly [ReservationId, SizeChange] => {
    const body = objectOf(one, 'reservations')
    if (typeof body['id'] !== 'string') return refuse('reservations: id is missing')
    return [gleanerId('res', body['id']) as ReservationId, sizeOf(body)]
  })
  if (isThere(body['before_end_date'])) refuse('before_end_date: it does not change any more; make the lease anew')
  return {
    ...(isThere(body['name']) ? { name: nameOf(body['name']) } : {}),
    ...(isThere(body['start_date']) ? { startMs: timeOf(body, 'start_date', nowMs) } : {}),
    ...(isThere(body['end_date']) ? { endMs: timeOf(body, 'end_date', nowMs) } : {}),
    ...(sizes.length === 0 ? {} : { sizes: sizeChanges(sizes) }),
  }
}

function whenOf(body: Body, nowMs: number): LeaseWhen {
  const window = { startMs: timeOf(body, 'start_date', nowMs), endMs: timeOf(body, 'end_date', nowMs) }
  return { window, durationMs: isThere(body['duration']) ? secondsOf(body, 'duration') : undefined }
}

/** Seconds since 1970, and seconds. With a duration it is put at the earliest moment of the window. */
function climateWhen(body: Body, nowMs: number): LeaseWhen {
  const startMs = isThere(body['start_time']) ? secondsOf(body, 'start_time') : nowMs
  const durationMs = isThere(body['duration']) ? secondsOf(body, 'duration') : undefined
  if (isThere(body['end_time'])) return { window: { startMs, endMs: secondsOf(body, 'end_time') }, durationMs }
  if (durationMs === undefined) refuse('end_time: it is missing, and so is duration')
  return { window: { startMs, endMs: startMs + durationMs }, durationMs: undefined }
}

function climateHosts(body: Body): AskedReservation {
  const quantity = countOf(body['quantity'] ?? 1, 'quantity')
  return { wish: { kind: 'hosts', min: quantity, max: quantity }, filter: filterOf([body['host_properties']]) }
}

function reservationOf(given: unknown): AskedReservation {
  const body = objectOf(given, 'reservations')
  const type = body['resource_type']
  if (type === 'virtual:instance') return instancesOf(body)
  if (type !== 'physical:host')
    refuse(`resource_type: ${JSON.stringify(type ?? null)} is not supported; physical:host and virtual:instance are`)
  return hostsOf(body)
}

function instancesOf(body: Body): AskedReservation {
  const affinity = affinityOf(body['affinity'])
  return {
    wish: {
      kind: 'instances',
      amount: countOf(body['amount'], 'amount'),
      size: [
        countOf(body['vcpus'], 'vcpus'),
        countOf(body['memory_mb'], 'memory_mb'),
        countOf(body['disk_gb'] ?? 0, 'disk_gb'),
      ],
      ...(affinity === 'any' ? {} : { affinity }),
    },
    filter: filterOf([body['resource_properties']]),
  }
}

/** True: together; False: apart; None, or nothing: as it comes. The client sends them as words. */
function affinityOf(given: unknown): 'together' | 'apart' | 'any' {
  const word = typeof given === 'string' ? given.toLowerCase() : typeof given === 'boolean' ? String(given) : given
  if (word === undefined || word === null) return 'any'
  if (word === '' || word === 'none') return 'any'
  if (word === 'true') return 'together'
  return word === 'false' ? 'apart' : refuse(`affinity: ${JSON.stringify(given)} is none of True, False, None`)
}

function sizeOf(body: Body): SizeChange {
  const change: Record<string, unknown> = {}
  for (const [field, name] of [
    ['min', 'min'],
    ['max', 'max'],
    ['amount', 'amount'],
    ['vcpus', 'vcpus'],
    ['memory_mb', 'memoryMiB'],
    ['disk_gb', 'diskGiB'],
  ] as const)
    if (isThere(body[field])) change[name] = countOf(body[field], field)
  if (isThere(body['affinity'])) change['affinity'] = affinityOf(body['affinity'])
  const filter = filterOf([body['hypervisor_properties'], body['resource_properties']])
  return { ...change, ...(filter === undefined ? {} : { filter }) }
}

function hostsOf(body: Body): AskedReservation {
  const min = countOf(body['min'], 'min')
  const before = body['before_end']
  if (isThere(before) && before !== '' && before !== 'default')
    refuse(`before_end: ${JSON.stringify(before)} is not supported; default is`)
  return {
    wish: { kind: 'hosts', min, max: isThere(body['max']) ? countOf(body['max'], 'max') : min },
    filter: filterOf([body['hypervisor_properties'], body['resource_properties']]),
  }
}

/** Both fields share one namespace: what both ask for must hold. */
function filterOf(texts: readonly unknown[]): LeaseFilter | undefined {
  const trees = texts.flatMap((text): unknown[] => {
    if (!isThere(text) || text === '') return []
    if (typeof text !== 'string') return [text]
    try {
      const tree: unknown = JSON.parse(text)
      return Array.isArray(tree) && tree.length === 0 ? [] : [tree]
    } catch {
      return refuse('the properties are no JSON: ["=", "$vcpus", "8"] is')
    }
  })
  if (trees.length === 0) return undefined
  return jsonFilter(trees.length === 1 ? trees[0] : ['and', ...trees])
}

function noticeOf(body: Body, { window }: LeaseWhen, nowMs: number): number {
  if (!isThere(body['before_end_date']) || body['before_end_date'] === '') return defaultNoticeMs
  const atMs = timeOf(body, 'before_end_date', nowMs)
  if (atMs < window.startMs || atMs >= window.endMs) refuse('before_end_date is not between start and end')
  return window.endMs - atMs
}

function timeOf(body: Body, field: string, nowMs: number): number {
  const atMs = readBlazarTime(body[field], nowMs)
  if (atMs === undefined)
    return refuse(
      `${field}: ${JSON.stringify(body[field] ?? null).slice(0, 60)} is no time; write "2026-12-24 18:00" (UTC), or now`,
    )
  return atMs
}

function secondsOf(body: Body, field: string): number {
  const given = body[field]
  const seconds = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given) ? Number(given) : given
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return refuse(`${field}: a number of seconds is needed`)
  return seconds * 1000
}

/** "2" is a number for those who fill forms. */
function countOf(given: unknown, field: string): number {
  const count = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given
  if (typeof count !== 'number' || !Number.isInteger(count)) return refuse(`${field}: a whole number is needed`)
  return count
}

function nameOf(given: unknown): string {
  if (typeof given !== 'string' || given.trim() === '' || given.length > 100)
    return refuse('name: 1 to 100 characters are needed')
  return given
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function objectOf(given: unknown, field: string): Body {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse(`${field}: an object is needed`)
  return given as Body
}

function listOf(given: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(given)) return refuse(`${field}: a list is needed`)
  return given
}

function refuse(detail: string): never {
  throw new GleanerError('request-invalid', { detail: `${detail}.` })
}
