// A person's word about an instance: keep it as it is, refuse a proposal, take the word back.
import { keepHold, vetoHold } from '@gleaner/engine'
import { GleanerError, type Hold, type InstanceId, openProposalStates, targetId } from '@gleaner/model'
import type { Caller } from '../application.ts'
import type { KeepLink } from '../links/keep-links.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'

export interface HoldRequest {
  readonly durationMs: number
  readonly reason: string
}

export async function keep(
  runtime: Runtime,
  instanceId: InstanceId,
  order: HoldRequest & { readonly caller: Caller },
): Promise<Hold> {
  const nowMs = runtime.clock.nowMs()
  const hold = await runtime.store.holds.add(
    keepHold({
      instanceId,
      hostId: undefined,
      by: order.caller.name,
      nowMs,
      forMs: order.durationMs,
      reason: order.reason,
    }),
  )
  await changed(runtime, order.caller, { what: 'keep', object: instanceId, after: hold })
  return hold
}

export async function keepByLink(runtime: Runtime, link: KeepLink, from: string): Promise<Hold | undefined> {
  const nowMs = runtime.clock.nowMs()
  const { instanceId, noticeId } = link
  const reason = `of notice ${noticeId}`
  const hold = await runtime.store.holds.addByLink(
    link,
    keepHold({ instanceId, hostId: undefined, by: 'a keep link', nowMs, forMs: link.keepForMs, reason }),
  )
  if (hold === undefined) return undefined
  await changed(runtime, { name: 'by link', from }, { what: 'keep', object: instanceId, after: { ...hold, noticeId } })
  return hold
}

export async function releaseHold(runtime: Runtime, id: string, caller: Caller): Promise<void> {
  const before = (await runtime.store.holds.active(runtime.clock.nowMs())).find((hold) => hold.id === id)
  if (before === undefined) throw new GleanerError('not-found', { object: `hold ${id}` })
  await runtime.store.holds.release(id, caller.name, runtime.clock.nowMs())
  await changed(runtime, caller, { what: 'release hold', object: targetId(before), before })
}

/** The proposal is cancelled in the next cycle, because the instance or host is held from now on. */
export async function veto(
  runtime: Runtime,
  proposalId: string,
  order: HoldRequest & { readonly caller: Caller },
): Promise<void> {
  const proposal = await runtime.store.proposals.find(proposalId)
  if (proposal === undefined) throw new GleanerError('not-found', { object: `proposal ${proposalId}` })
  if (!openProposalStates.includes(proposal.state) || proposal.state === 'acting') {
    throw new GleanerError(
      'conflict',
      { detail: `The proposal is ${proposal.state}; it can no longer be refused.` },
      { remedy: 'To leave the instance alone from now on, keep it: gleaner keep.' },
    )
  }
  const nowMs = runtime.clock.nowMs()
  await runtime.store.holds.add(
    vetoHold(
      {
        instanceId: proposal.instanceId,
        hostId: proposal.hostId,
        by: order.caller.name,
        nowMs,
        forMs: order.durationMs,
        reason: order.reason,
      },
      runtime.config.policy,
    ),
  )
  await changed(runtime, order.caller, {
    what: 'veto',
    object: targetId(proposal),
    before: { proposal: proposalId },
    after: { forMs: order.durationMs },
  })
}

async function changed(
  runtime: Runtime,
  caller: Pick<Caller, 'name' | 'from'>,
  change: { readonly what: string; readonly object: string; readonly before?: unknown; readonly after?: unknown },
): Promise<void> {
  await audit(runtime, caller, change)
  runtime.state.holds = await runtime.store.holds.active(runtime.clock.nowMs())
  runtime.hub.tell('plan')
  runtime.wake('decide')
}
