// From the body of a request to a request for a lease: which cloud and project, when, which hosts.
import {
  type CloudId,
  type endpoints,
  GleanerError,
  type LeaseFilter,
  type LeaseWish,
  parseDurationMs,
  type ProjectId,
} from '@gleaner/model'
import { furthestMs, jsonFilter, type LeaseWhen, type LeaseWishRequest } from '../../reservation/lease-request.ts'
import type { Call } from '../handler.ts'

type WishCall = Pick<Call<typeof endpoints.planLease>, 'app' | 'body' | 'caller' | 'sight' | 'world'>

/** Who asks, about which cloud and project; both may be left out where there is one only. */
type NamedCall = Pick<WishCall, 'app' | 'sight'> & {
  readonly body: { readonly cloud?: string; readonly project?: string }
}

/** The cloud and the project that are meant. */
export function leaseProject(call: NamedCall): Pick<LeaseWishRequest, 'cloudId' | 'projectId'> {
  const cloudId = cloudOf(call)
  return { cloudId, projectId: projectOf(call, cloudId) }
}

/** `waitMs`: one that may wait and has no end may begin at any moment until then. */
export function leaseWish(call: WishCall, waitMs?: number): LeaseWishRequest {
  const { bestEffort = false, start = 'now', end, duration } = call.body
  if (bestEffort && start !== 'now') throw refused('bestEffort: such a lease begins now; leave start out.')
  if (bestEffort && end !== undefined && duration !== undefined)
    throw refused('bestEffort: such a lease begins now and looks for no moment within a window; give end or duration.')
  if (bestEffort && waitMs !== undefined)
    throw refused('bestEffort: it takes what is there and does not wait; leave waitFor out.')
  return {
    ...leaseProject(call),
    ...whenOf(call, waitMs),
    ...(bestEffort ? { bestEffort } : {}),
    ...(call.body.openEnded === true ? { termMs: call.app.config.reservations.openEnded.termMs } : {}),
    reservations: call.body.reservations.map((asked) => ({ wish: wishOf(asked), filter: filterOf(asked.filter) })),
  }
}

function wishOf({ min, max, instances }: WishCall['body']['reservations'][number]): LeaseWish {
  if (instances === undefined) {
    if (min === undefined) throw refused('reservations: give min (hosts), or instances.')
    return { kind: 'hosts', min, max: max ?? min }
  }
  if (min !== undefined || max !== undefined)
    throw refused('reservations: give min and max (hosts), or instances; not both.')
  const { amount, vcpus = 0, memoryMiB = 0, diskGiB = 0, affinity } = instances
  return {
    kind: 'instances',
    amount,
    size: [vcpus, memoryMiB, diskGiB],
    ...(affinity === undefined ? {} : { affinity }),
  }
}

/** A text that begins like a list is the JSON form, whichever way it came. */
export function filterOf(filter: string | readonly unknown[] | undefined): LeaseFilter | undefined {
  if (filter === undefined) return undefined
  const text = typeof filter === 'string' ? filter : jsonFilter(filter).text
  if (text.trim() === '' || text.trim() === '[]') return undefined
  return { notation: text.trimStart().startsWith('[') ? 'json' : 'cel', text }
}

/** start and end: the lease fills them; start and duration: it begins then; all three: it is put within the window. */
function whenOf({ app, body }: WishCall, waitMs?: number): LeaseWhen {
  const { start = 'now', end, duration, openEnded = false } = body
  const nowMs = app.clock.nowMs()
  const startMs = start === 'now' ? nowMs : Date.parse(start)
  if (openEnded && (end !== undefined || duration !== undefined))
    throw refused('openEnded: such a lease has no end; leave end and duration out.')
  const { termMs } = app.config.reservations.openEnded
  const durationMs = openEnded ? termMs : duration === undefined ? undefined : parseDurationMs(duration)
  checkLength('duration', durationMs)
  checkLength('waitFor', waitMs)
  if (end !== undefined) return { window: { startMs, endMs: Date.parse(end) }, durationMs }
  if (durationMs === undefined) throw refused('Give an end or a duration, or openEnded.')
  if (waitMs !== undefined) return { window: { startMs, endMs: startMs + waitMs + durationMs }, durationMs }
  return { window: { startMs, endMs: startMs + durationMs }, durationMs: undefined }
}

/** Ends of the window follow from these, and are not what the caller wrote. */
function checkLength(field: string, lengthMs = 0): void {
  if (lengthMs > furthestMs) throw refused(`${field}: it leads more than five years away.`)
}

function cloudOf({ app, body }: NamedCall): CloudId {
  if (body.cloud !== undefined) {
    if (app.clouds.has(body.cloud as CloudId)) return body.cloud as CloudId
    throw new GleanerError('not-found', { object: `The cloud ${body.cloud}` })
  }
  const [first, second] = [...app.clouds.keys()]
  if (first !== undefined && second === undefined) return first
  throw refused(`Name the cloud: ${[...app.clouds.keys()].join(', ')}.`)
}

/** A project the caller does not see is one that is not there. */
function projectOf({ app, body, sight }: NamedCall, cloudId: CloudId): ProjectId {
  const snapshot = app.state.clouds.get(cloudId)?.snapshot
  if (snapshot === undefined) throw new GleanerError('not-ready', { detail: `${cloudId} has not been read yet` })
  const seen = snapshot.projects.filter(({ id }) => sight.sees(id))
  if (body.project === undefined) {
    const [first, second] = seen
    if (first !== undefined && second === undefined) return first.id
    throw refused(
      `Name the project${sight.all ? '' : `: ${seen.map(({ name }) => name).join(', ') || 'you have none'}`}.`,
    )
  }
  const named = seen.filter(({ id, name }) => id === body.project || name === body.project)
  const [project, other] = named
  if (project === undefined) throw new GleanerError('not-found', { object: `The project "${body.project}"` })
  if (other !== undefined)
    throw new GleanerError('ambiguous', {
      object: `The project "${body.project}"`,
      detail: named.map(({ id }) => id).join(', '),
    })
  return project.id
}

const defaultNoticeMs = 3_600_000

/** How long before the end its project is told. */
export function noticeMsOf(notice: string | undefined): number {
  return notice === undefined ? defaultNoticeMs : (parseDurationMs(notice) ?? defaultNoticeMs)
}

function refused(detail: string): GleanerError {
  return new GleanerError('request-invalid', { detail })
}
