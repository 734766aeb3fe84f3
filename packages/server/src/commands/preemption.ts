// What people may do about preemptible instances: see what an eviction does to one, say whether one is preemptible, and leave
// one out.
import { makeDecision, planTest } from '@gleaner/engine'
import {
  cloudOf,
  type EvictionDecision,
  GleanerError,
  type Instance,
  type InstanceId,
  preemptibleMark,
} from '@gleaner/model'
import { newId } from '@gleaner/store'
import type { Caller } from '../application.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { audit } from './audit.ts'
import { leading } from './rooms.ts'

/** The whole course for one instance: notice, eviction, return. The person who asks is the cause of it. */
export async function testEviction(runtime: Runtime, id: InstanceId, caller: Caller): Promise<EvictionDecision> {
  const { evictions, state, clock } = runtime
  const fence = leading(runtime)
  const instance = known(runtime, id)
  if (instance.firmness !== 'preemptible')
    throw new GleanerError(
      'conflict',
      { detail: `${instance.name} is firm; only preemptible instances are evicted.` },
      { remedy: 'Choose a preemptible one.' },
    )
  if (state.modes.preemption === 'off')
    throw new GleanerError(
      'conflict',
      { detail: 'Preemption is off.' },
      { remedy: 'Let it observe, advise or enforce: gleaner mode preemption observe.' },
    )
  return evictions.planning.run(async () => {
    await evictions.load(fence, clock.nowMs())
    await runtime.leases.load(fence)
    const under = evictions.decisionOfVictim(id)
    if (under !== undefined)
      throw new GleanerError(
        'conflict',
        { detail: `${instance.name} is to leave already: ${under.verdict.sentence}` },
        { remedy: 'Watch it: gleaner evictions.' },
      )
    const { world, refusal } = roomWorldNow(runtime, instance.cloudId)
    if (world === undefined) throw new GleanerError('not-ready', { detail: refusal.sentence })
    const plan = planTest(world, id)
    if (plan === undefined)
      throw new GleanerError(
        'conflict',
        {
          detail: `${instance.name} is ${instance.state}; what is in that state is not evicted.`,
        },
        { remedy: 'Choose one that runs.' },
      )
    const decisionId = newId('dec', clock.nowMs())
    const order = {
      id: decisionId,
      requestId: `test:${decisionId}`,
      kind: 'test',
      mode: 'enforce',
      by: caller.name,
      wish: undefined,
    } as const
    const decision = makeDecision(order, plan, world)
    await evictions.decide(fence, decision)
    await audit(runtime, caller, {
      what: 'test eviction',
      object: id,
      after: { decision: decisionId, action: plan.action },
    })
    runtime.wake('preempt', 'decide')
    return decision
  })
}

export function setPreemptible(
  runtime: Runtime,
  { id, preemptible }: { readonly id: InstanceId; readonly preemptible: boolean },
  caller: Caller,
): Promise<void> {
  const what = preemptible ? 'make preemptible' : 'make firm'
  return setTag(runtime, { id, tag: preemptibleMark.tag, isSet: preemptible, what }, caller)
}

export function setOptOut(
  runtime: Runtime,
  { id, optOut }: { readonly id: InstanceId; readonly optOut: boolean },
  caller: Caller,
): Promise<void> {
  const what = optOut ? 'leave out of evictions' : 'let be evicted'
  return setTag(runtime, { id, tag: runtime.config.preemption.optOutTag, isSet: optOut, what }, caller)
}

interface TagChange {
  readonly id: InstanceId
  readonly tag: string
  readonly isSet: boolean
  readonly what: string
}

/** Takes effect in the cloud itself, where everybody sees it; the next reading shows it. */
async function setTag(runtime: Runtime, { id, tag, isSet, what }: TagChange, caller: Caller): Promise<void> {
  const instance = known(runtime, id)
  const cloud = runtime.clouds.get(instance.cloudId)
  if (cloud?.labels === undefined)
    throw new GleanerError('cloud-unsupported', { cloud: instance.cloudId, action: 'label' })
  await cloud.labels.setTags(id, isSet ? { add: [tag] } : { remove: [tag] }, AbortSignal.timeout(cloudCallTimeoutMs))
  const before = { firmness: instance.firmness, tags: instance.tags }
  await audit(runtime, caller, { what, object: id, before, after: { tag, isSet } })
  runtime.wake(`observe:${instance.cloudId}`)
}

function known({ state }: Runtime, id: InstanceId): Instance {
  const instance = state.clouds.get(cloudOf(id))?.snapshot?.instanceById.get(id)
  if (instance === undefined) throw new GleanerError('not-found', { object: `The instance ${id}` })
  return instance
}
