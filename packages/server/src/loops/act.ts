// Carries out what is due, one after the other. Before each step the instance itself is looked at (a host in the newest
// reading of its cloud, which cannot be older than the gate allows) and the gate is asked
// once more: with the state as it is now, the holds as they are now, the journal as it is now. What does not pass waits
// for the next cycle, which tells why.
import {
  type GateAnswer,
  explainRule,
  isStillSpare,
  indexSupports,
  journalHorizonMs,
  openGateWorld,
  passGate,
} from '@gleaner/engine'
import {
  type EvictionDecision,
  GleanerError,
  type GuestMemory,
  type Host,
  isGoing,
  type Instance,
  type JournalEntry,
  type Proposal,
  type Verdict,
  cloudOf,
  describeError,
  isHostStep,
  targetId,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { refusedBy } from '../decide/refused-by.ts'
import { hostUseOf } from '../energy/host-use.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { readSnapshots } from '../state/read-snapshots.ts'
import { policyNow } from '../state/policy-now.ts'
import type { DecideParts } from './decide.ts'
import { Loop } from './loop.ts'

export function actLoop(runtime: Runtime, parts: DecideParts): Loop {
  return new Loop({
    name: 'act',
    periodMs: runtime.config.periods.decideMs,
    clock: runtime.clock,
    delayed: true,
    onError: (error) => void runtime.problems.reportError('acting', error),
    run: async (signal) => {
      const { fence } = runtime.state
      const due = parts.due.proposals
      parts.due.proposals = []
      if (fence === undefined) return 'follows'
      let begun = 0
      for (const proposal of due) {
        if (signal.aborted || runtime.state.fence?.term !== fence.term) break
        parts.commands.take(proposal)
        try {
          if (await step({ runtime, parts, fence, signal }, proposal)) begun++
        } catch (error) {
          parts.commands.failed(proposal, asError(error))
          await runtime.problems.reportError(subjectOf(proposal), error)
        }
      }
      await runtime.problems.settle('acting')
      if (begun > 0) {
        runtime.wake('watch', 'decide')
      }
      return `${begun} of ${due.length} begun`
    },
  })
}

/** Not the subject of the action's own end: a call that could not be made is another thing. */
function subjectOf(proposal: Proposal): string {
  return `calling ${proposal.action} of ${targetId(proposal)}`
}

interface Acting {
  readonly runtime: Runtime
  readonly parts: DecideParts
  readonly fence: Fence
  readonly signal: AbortSignal
}

async function step(acting: Acting, proposal: Proposal): Promise<boolean> {
  const { runtime } = acting
  const { eviction } = proposal
  if (eviction === undefined) return stepNow(acting, proposal)
  // Not while the decision behind it is changed: what is called off at this moment must not leave all the same.
  return runtime.evictions.exclusive(eviction.decisionId, async () =>
    evictionStands(runtime.evictions.find(eviction.decisionId), proposal) ? stepNow(acting, proposal) : false,
  )
}

async function stepNow(acting: Acting, proposal: Proposal): Promise<boolean> {
  const { runtime, parts, fence, signal } = acting
  const on = isHostStep(proposal.action) ? hostNow(runtime, proposal) : await lookNow(acting, proposal)
  if (on === undefined) return false
  if (proposal.action === 'balloon' && !isSpareNow(acting, proposal, 'memory' in on ? on.memory : undefined))
    return false
  const answer = await gateNow(acting, proposal)
  if (!answer.passed) {
    runtime.log.info({ proposal: proposal.id, code: answer.verdict.code }, `not now: ${answer.verdict.sentence}`)
    parts.commands.failed(proposal, refusedBy(answer.verdict))
    return false
  }
  const entry: JournalEntry = await runtime.executor.begin(
    fence,
    {
      proposalId: proposal.id,
      capability: proposal.capability,
      action: proposal.action,
      setting: proposal.setting,
      on,
      cause: proposal.cause,
      reason: evidenceNow(acting, proposal),
      gives: proposal.gives,
    },
    signal,
  )
  parts.commands.begun(entry)
  // Whether a host became what it should is seen in a reading that begins after the call.
  if ('host' in on) runtime.wake(`observe:${on.host.cloudId}`)
  await runtime.problems.settle(subjectOf(proposal))
  return true
}

/** The instance as it is now; undefined when it differs from what the decision rests on: then it is read anew first. */
async function lookNow(
  { runtime, parts, signal }: Acting,
  proposal: Proposal,
): Promise<{ readonly instance: Instance; readonly memory?: GuestMemory | undefined } | undefined> {
  const { instanceId } = proposal
  if (instanceId === undefined) return undefined
  const cloudId = cloudOf(instanceId)
  const cloud = runtime.clouds.get(cloudId)
  const known = runtime.state.clouds.get(cloudId)?.snapshot?.instanceById.get(instanceId)
  if (cloud === undefined || known === undefined) return undefined
  const limited = AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)])
  const { instance, memory } = await cloud.look(instanceId, limited)
  const same =
    instance?.state === known.state &&
    instance.hostId === known.hostId &&
    instance.protectedBy === known.protectedBy &&
    instance.firmness === known.firmness
  if (same) return { instance, memory }
  const detail = instance === undefined ? 'it is gone' : `it is ${instance.state} now`
  runtime.log.info({ proposal: proposal.id }, `not now: ${known.name} has changed since it was read, ${detail}`)
  parts.commands.failed(
    proposal,
    new GleanerError('conflict', { detail: `${known.name} has changed since it was read: ${detail}.` }),
  )
  runtime.wake(`observe:${cloudId}`)
  return undefined
}

/** What a guest used when the plan was made it may need more of by now. */
function isSpareNow({ runtime }: Acting, proposal: Proposal, memory: GuestMemory | undefined): boolean {
  const { config, clock, log } = runtime
  const moment = { nowMs: clock.nowMs(), options: config.oversubscription.ballooning.pressure }
  if (isStillSpare(memory, proposal.setting?.memoryMiB ?? Number.NaN, moment)) return true
  log.info({ proposal: proposal.id }, `not now: ${targetId(proposal)} needs more memory by now, or does not tell`)
  return false
}

/** It is at the point at which its victims leave, and this is still one of them, or the request that was replaced. */
function evictionStands(decision: EvictionDecision | undefined, { instanceId }: Proposal): boolean {
  if (decision?.state === 'placing') return decision.recreation?.instanceId === instanceId
  if (decision?.state !== 'evicting') return false
  return decision.victims.some((victim) => victim.instanceId === instanceId && isGoing(victim))
}

function hostNow({ state }: Runtime, { hostId }: Proposal): { readonly host: Host } | undefined {
  const host = hostId && state.clouds.get(cloudOf(hostId))?.snapshot?.hostById.get(hostId)
  return host === undefined ? undefined : { host }
}

/** The numbers as they are at the moment of acting: those of the proposal may be some cycles old. */
function evidenceNow({ runtime, parts }: Acting, proposal: Proposal): Verdict {
  const { table } = parts.seen
  const { rules, compiled } = parts.rules.book
  const rule = compiled[rules.findIndex((each) => each.id === proposal.ruleId)]
  const index = proposal.instanceId === undefined ? undefined : table?.indexOf(proposal.instanceId)
  if (table === undefined || rule === undefined || index === undefined) return proposal.reason
  const input = { table, telemetry: runtime.telemetry, history: parts.history, nowMs: runtime.clock.nowMs() }
  const explained = explainRule(rule, input, index)
  return explained?.outcome === 'matched' ? explained.verdict : proposal.reason
}

async function gateNow({ runtime, parts }: Acting, proposal: Proposal): Promise<GateAnswer> {
  const { store, clock, state } = runtime
  const nowMs = clock.nowMs()
  const policy = policyNow(runtime)
  await parts.history.refresh(runtime)
  await runtime.lending.refresh()
  const world = openGateWorld({
    nowMs,
    policy,
    snapshots: readSnapshots(state),
    usage: runtime.telemetry,
    supports: indexSupports(runtime.clouds.values()),
    holds: await store.holds.active(nowMs),
    journal: parts.history.recent(nowMs - journalHorizonMs(policy)),
    rules: parts.rules.book.rules,
    hostUse: hostUseOf(runtime),
    presenceOf: runtime.lending.presence(),
  })
  return passGate(world, proposal)
}

function asError(error: unknown): GleanerError {
  return error instanceof GleanerError
    ? error
    : new GleanerError('internal', { detail: describeError(error) }, { cause: error })
}
