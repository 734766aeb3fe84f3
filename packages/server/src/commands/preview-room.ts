// Where a request would go on a live cloud, decided as makeRoom decides and with nothing begun.
import { answerNow, noticeMsOf } from '@gleaner/engine'
import {
  type ActionKind,
  type CloudId,
  GleanerError,
  type InstanceId,
  type Objective,
  type PlacementAnswer,
  type PlacementRequest,
} from '@gleaner/model'
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
  const asked = projectId === undefined ? request : { ...request, hints: { ...request.hints, project: projectId } }
  const { answer, action, waits } = answerNow({
    world,
    mayEvict: !request.preemptible,
    request: () => asked,
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
