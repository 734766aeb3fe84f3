// A person's command on an instance, and the word on a proposal. The command goes through the next cycle, which runs at
// once, so that it meets the same gate and the same journal as everything else; a person's own action binds Gleaner
// afterwards (the hold follows from the journal).
import {
  type ActionKind,
  GleanerError,
  type InstanceId,
  type JournalEntry,
  type Proposal,
  cloudOf,
  targetId,
} from '@gleaner/model'
import type { Caller } from '../application.ts'
import type { CommandQueue } from '../decide/command-queue.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'
import { within } from './within.ts'

export interface ActRequest {
  readonly instanceId: InstanceId
  readonly action: ActionKind
  readonly reason: string
}

export async function act(
  runtime: Runtime,
  queue: CommandQueue,
  order: { readonly request: ActRequest; readonly caller: Caller },
): Promise<JournalEntry> {
  const { request, caller } = order
  const instance = runtime.state.clouds.get(cloudOf(request.instanceId))?.snapshot?.instanceById.get(request.instanceId)
  if (instance === undefined) throw new GleanerError('not-found', { object: `The instance ${request.instanceId}` })
  if (runtime.state.fence === undefined) {
    throw new GleanerError('not-leader', { detail: `${runtime.state.leader?.holder ?? 'another replica'} leads` })
  }
  const given = queue.give({ instance, action: request.action, by: caller.name, reason: request.reason })
  runtime.wake('decide')
  const entry = await within(
    given,
    () => new GleanerError('not-ready', { detail: 'the command was not taken up in time' }),
  )
  await audit(runtime, caller, {
    what: request.action,
    object: instance.id,
    before: instance.state,
    after: { entry: entry.id, reason: request.reason },
  })
  return entry
}

/** The victims of one decision leave together or not at all: the word on one of them is the word on all. */
async function approveOthers(runtime: Runtime, { id, eviction }: Proposal, caller: Caller): Promise<void> {
  if (eviction === undefined) return
  for (const other of await runtime.store.proposals.open()) {
    if (other.id === id || other.eviction?.decisionId !== eviction.decisionId) continue
    if (other.state === 'awaiting-approval' && other.approvedBy === undefined)
      await runtime.store.proposals.approve(other.id, caller.name, runtime.clock.nowMs())
  }
}

export async function approve(runtime: Runtime, proposalId: string, caller: Caller): Promise<Proposal> {
  const proposal = await runtime.store.proposals.approve(proposalId, caller.name, runtime.clock.nowMs())
  await approveOthers(runtime, proposal, caller)
  await audit(runtime, caller, {
    what: 'approve',
    object: targetId(proposal),
    after: { proposal: proposal.id, action: proposal.action },
  })
  runtime.hub.tell('plan')
  runtime.wake('decide', 'preempt')
  return proposal
}
