// Where a request would go on a live cloud, decided as makeRoom decides and with nothing begun.
import { forLease, answerNow, noticeMsOf } from '@gleaner/engine'
import {
  type ActionKind,
  type CloudId,
  GleanerError,
  type InstanceId,
  type Lease,
  type Objective,
  type PlacementAnswer,
  type PlacementRequest,
} from '@gleaner/model'
import { hostsOfLease, leaseHint } from '../reservation/lease-hint.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import type { Runtime } from '../runtime.ts'

export interface RoomQuestion {
  readonly cloudId: CloudId
  readonly request: PlacementRequest
  readonly objective?: Objective
}

export interface RoomPreview {
  readonly answer: PlacementAnswer
  readonly readAtMs: number
  /** The room is what others leave over, and they are still there. */
  readonly waits: boolean
  /** What would be done to the victims, and the longest notice among them; absent when nobody would leave. */
  readonly eviction?: { readonly action: ActionKind; readonly noticeMs: number }
}

export function previewRoom(runtime: Runtime, { cloudId, request, objective }: RoomQuestion): RoomPreview {
  if (!runtime.clouds.has(cloudId)) throw new GleanerError('not-found', { object: `The cloud ${cloudId}` })
  const { world, refusal } = roomWorldNow(runtime, cloudId)
  if (world === undefined) throw new GleanerError('conflict', { detail: refusal.sentence })
  const { snapshot, preemption } = world
  const project = request.hints?.project
  const projectId = snapshot.projects.find(({ id, name }) => id === project || name === project)?.id
  const lease =
    request.hints?.lease === undefined
      ? undefined
      : leaseHint(runtime, { cloudId, projectId: projectId ?? project, lease: request.hints.lease })
  const leased = lease === undefined ? undefined : new Set<string>(hostsOfLease(lease))
  const asked = {
    ...request,
    hints: { ...request.hints, ...(projectId === undefined ? {} : { project: projectId }), ...leaseOf(lease) },
  }
  const { answer, action, waits } = answerNow({
    world: forLease(world, lease?.id),
    mayEvict: !request.preemptible,
    request: ({ idOf }) =>
      leased === undefined ? asked : within(asked, (name) => leased.has(idOf.get(name) ?? ''), [...idOf.keys()]),
    ...(objective === undefined ? {} : { objective }),
  })
  const notices = answer.victims.flatMap(({ id }) => {
    const instance = snapshot.instanceById.get(id as InstanceId)
    if (instance === undefined) return []
    const owner = snapshot.projectById.get(instance.projectId)
    return [noticeMsOf(instance, { id: instance.projectId, name: owner?.name ?? instance.projectId }, preemption)]
  })
  return {
    answer,
    readAtMs: snapshot.takenAtMs,
    waits,
    ...(action === undefined || notices.length === 0 ? {} : { eviction: { action, noticeMs: Math.max(...notices) } }),
  }
}

function leaseOf(lease: Lease | undefined): { readonly lease?: string } {
  return lease === undefined ? {} : { lease: lease.id }
}

/** Only the hosts of the lease, and of those that are named anyway. */
function within(
  request: PlacementRequest,
  isLeased: (host: string) => boolean,
  all: readonly string[],
): PlacementRequest {
  const hosts = (request.hints?.hosts ?? all).filter(isLeased)
  return { ...request, hints: { ...request.hints, hosts } }
}
