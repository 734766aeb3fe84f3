// A request for room by the API: a preview, and in earnest the decision of makeRoom with the id by which it is followed.
import {
  type CloudId,
  type endpoints,
  GleanerError,
  type HostId,
  type PlacementRequest,
  type RoomHints,
  type RoomStateView,
} from '@gleaner/model'
import { newId } from '@gleaner/store'
import type { RoomDecision, RoomRequest } from '../../preemption/room.ts'
import type { Call, Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'

type PlaceCall = Call<typeof endpoints.place>

export const place: Handler<typeof endpoints.place> = async (call) => {
  const { app, body, caller } = call
  const cloudId = cloudOf(call)
  const { request, objective, dryRun = true } = body
  const preview = app.commands.previewRoom({ cloudId, request, ...only('objective', objective) })
  const shown = {
    cloud: cloudId as string,
    at: timeText(preview.readAtMs),
    answer: preview.answer,
    ...only('waits', preview.waits ? true : undefined),
    ...only('action', preview.eviction?.action),
    ...only('noticeS', preview.eviction === undefined ? undefined : preview.eviction.noticeMs / 1000),
  }
  if (dryRun) return shown
  if (objective !== undefined)
    throw new GleanerError('request-invalid', {
      detail: 'The objective of what is done is that of the configuration; leave it out, or set dryRun to true.',
    })
  return { ...shown, room: roomView(await app.commands.makeRoom(roomRequest(call, cloudId), caller), call.world()) }
}

export const getRoom: Handler<typeof endpoints.getRoom> = async ({ app, params, world }) =>
  roomView(await app.commands.room(params.id), world())

export const takeRoom: Handler<typeof endpoints.takeRoom> = async ({ app, params, caller, world }) =>
  roomView(await app.commands.takeRoom(params.id, caller), world())

function cloudOf({ app, body }: PlaceCall): CloudId {
  if (body.cloud !== undefined) return body.cloud as CloudId
  const [first, second] = [...app.clouds.keys()]
  if (first !== undefined && second === undefined) return first
  throw new GleanerError('request-invalid', {
    detail: `Name the cloud: ${[...app.clouds.keys()].join(', ')}.`,
  })
}

function roomRequest({ app, body: { request, requestId } }: PlaceCall, cloudId: CloudId): RoomRequest {
  const { preemptible, vcpus, ramMiB, diskGiB, count, hints = {} } = request
  const snapshot = app.state.clouds.get(cloudId)?.snapshot
  const project = snapshot?.projects.find(({ id, name }) => id === hints.project || name === hints.project)
  if (project === undefined)
    throw new GleanerError('request-invalid', {
      detail: 'With dryRun false the request names its project, by name or id, in hints.project.',
    })
  return {
    requestId: requestId ?? newId('req', app.clock.nowMs()),
    cloudId,
    projectId: project.id,
    name: 'a request of the API',
    flavor: undefined,
    firmness: preemptible ? 'preemptible' : 'firm',
    count,
    vcpus,
    memoryMiB: ramMiB,
    diskGiB,
    hints: roomHints(request, (name) => snapshot?.hosts.find((host) => host.name === name || host.id === name)?.id),
  }
}

/** What makeRoom understands of the hints; what it does not is refused, because in earnest nothing may be left out. */
function roomHints({ hints = {} }: PlacementRequest, hostId: (name: string) => HostId | undefined): RoomHints {
  const ids = (names: readonly string[]) =>
    names.map((name) => {
      const id = hostId(name)
      if (id === undefined) throw new GleanerError('not-found', { object: `The host ${name}` })
      return id
    })
  const { hosts, avoidHosts, maxPerHost, properties, lease, project: _, ...others } = hints
  const unknown = [
    ...Object.keys(others),
    ...(maxPerHost === undefined || maxPerHost === 1 ? [] : ['maxPerHost above 1']),
  ]
  const wanted = Array.isArray(properties) ? Object.fromEntries(properties.map((trait) => [trait, true])) : properties
  const lists = Object.values(wanted ?? {}).some((value) => Array.isArray(value))
  if (unknown.length > 0 || lists)
    throw new GleanerError('request-invalid', {
      detail: `With dryRun false these hints cannot be kept: ${[...unknown, ...(lists ? ['lists in properties'] : [])].join(', ')}.`,
    })
  return {
    ...only('onHosts', hosts === undefined ? undefined : ids(hosts)),
    ...only('notOnHosts', avoidHosts === undefined ? undefined : ids(avoidHosts)),
    ...only('properties', wanted as RoomHints['properties']),
    ...only('lease', lease),
    ...only('apart', maxPerHost === 1 ? true : undefined),
  }
}

function roomView(room: RoomDecision, index: WorldIndex): RoomStateView {
  const { state } = room
  if (state === 'refused')
    return { state, placements: [], ...only('decision', room.decisionId), sentence: room.verdict.sentence }
  const placements = room.placements.map(({ index: instance, hostId }) => ({
    instance,
    host: index.hostName(hostId) ?? hostId,
  }))
  switch (state) {
    case 'free':
      return { state, placements }
    case 'making':
      return {
        state,
        placements,
        decision: room.decisionId,
        ...only('readyAt', room.readyAtMs === undefined ? undefined : timeText(room.readyAtMs)),
        sentence: room.verdict.sentence,
      }
    case 'held':
      return { state, placements, decision: room.decisionId, heldUntil: timeText(room.untilMs) }
    case 'taken':
      return { state, placements, decision: room.decisionId }
  }
}
