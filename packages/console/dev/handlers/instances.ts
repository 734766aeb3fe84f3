// Instances: themselves, and what a person does to one.
import { parseDurationMs } from '@gleaner/model'
import type { FakeState } from '../fake-state.ts'
import { instanceById, listInstances, why } from '../lists.ts'
import { seriesById, spanOf } from '../spans.ts'
import { cpuAt } from '../usage.ts'
import type { Handlers } from './handler.ts'

export function instanceHandlers(state: FakeState) {
  const { world } = state
  return {
    listInstances: ({ query }) => listInstances(state, query),
    getInstance: ({ params }) => instanceById(state, params.id),
    whyInstance: ({ params }) => why(state, instanceById(state, params.id)),
    getInstanceTelemetry: ({ params, query }) => seriesById(state, instanceById(state, params.id).id, query),
    getSparklines: ({ body }) => {
      const { fromMs, toMs } = spanOf(state, body)
      const points = body.points ?? 30
      return {
        series: Object.fromEntries(
          body.ids.map((id) => {
            const shape = world.shapes.get(id)
            const at = (i: number) => fromMs + ((toMs - fromMs) * (i + 0.5)) / points
            return [
              id,
              Array.from({ length: points }, (_, i) =>
                shape && instanceById(state, id).cpuCores !== undefined ? cpuAt(shape, at(i)) : null,
              ),
            ]
          }),
        ),
      }
    },
    actOnInstance: ({ params, body, who }) => {
      const instance = instanceById(state, params.id)
      const target = {
        resume: 'running',
        start: 'running',
        suspend: 'suspended',
        stop: 'stopped',
        pause: 'paused',
        shelve: 'shelved',
      } as const
      const before = instance.state
      if (body.action in target) instance.state = target[body.action]
      instance.since = state.iso()
      const entry = {
        id: state.id('action'),
        capability: 'idleness' as const,
        action: body.action,
        cloud: instance.cloud,
        target: { kind: 'instance' as const, id: instance.id, name: instance.name },
        instanceId: instance.id,
        instance: instance.name,
        project: instance.project,
        cause: who?.name ?? 'ada',
        reason: { code: 'commanded' as const, sentence: `${who?.name ?? 'ada'} asked for it.`, facts: {} },
        state: 'done' as const,
        stateBefore: before,
        intendedAt: state.iso(),
        finishedAt: state.iso(),
        attempts: 1,
        gives: { physicalCores: 0, physicalMemoryMiB: 0, sellableCores: 0, sellableMemoryMiB: 0 },
      }
      state.journal.unshift(entry)
      state.tell('journal', entry)
      return entry
    },
    keepInstance: ({ params, body, who }) => {
      const instance = instanceById(state, params.id)
      const until = state.iso(parseDurationMs(body.for) ?? 0)
      instance.heldUntil = until
      const hold = {
        id: state.id('hold'),
        kind: 'keep' as const,
        until,
        by: who?.name ?? 'ada',
        reason: body.reason ?? '',
        createdAt: state.iso(),
      }
      state.holds.push({ ...hold, instanceId: instance.id })
      state.tell('inventory')
      return hold
    },
    releaseHold: ({ params }) => {
      const at = state.holds.findIndex((hold) => hold.id === params.id)
      const [hold] = at < 0 ? [] : state.holds.splice(at, 1)
      if (hold) delete instanceById(state, hold.instanceId).heldUntil
      state.tell('inventory')
      return {}
    },
    setFirmness: ({ params, body }) => {
      instanceById(state, params.id).firmness = body.firmness
      state.tell('inventory')
      return {}
    },
    setOptOut: ({ params, body }) => {
      const instance = instanceById(state, params.id)
      const rest = instance.tags.filter((tag) => tag !== 'gleaner-no-eviction')
      instance.tags = body.optOut ? [...rest, 'gleaner-no-eviction'] : rest
      state.tell('inventory')
      return {}
    },
  } satisfies Partial<Handlers>
}
