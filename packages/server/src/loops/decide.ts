// One cycle of decisions: from the last reading of every cloud to a stored plan. Only the leader decides; a follower
// shows what the leader stored. Nothing is decided until every cloud was tried once and every instance was looked at once,
// so that a restart with half the world unread does not cancel what was planned.
import {
  type ActionSupports,
  type CapabilityAnswer,
  type Decision,
  type EvidenceMemory,
  type InstanceTable,
  type LedgerMemory,
  type MovesQuestion,
  type Placements,
  type RefugeQuestion,
  type Refused,
  type Snapshot,
  buildInstanceTable,
  createEvidenceMemory,
  createLedgerMemory,
  decide,
  indexSupports,
  isGivenBack,
  journalHorizonMs,
  planLending,
  planPower,
  proposeIdleness,
  proposeMoves,
  proposeRatios,
  refugesOf,
  takeLedger,
  withChains,
  totalLedger,
  trackPlacements,
  withGuestsLent,
} from '@gleaner/engine'
import {
  type CloudId,
  type HostLedger,
  type Policy,
  type Proposal,
  type TargetKey,
  cloudOf,
  targetKey,
} from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { ActionHistory } from '../decide/action-history.ts'
import type { CommandQueue } from '../decide/command-queue.ts'
import { chainPast } from '../decide/chain-past.ts'
import { evaluateAll } from '../decide/evaluate.ts'
import type { InstanceMemories } from '../decide/instance-memories.ts'
import { LookAhead } from '../decide/look-ahead.ts'
import type { RuleShelf } from '../decide/rule-book.ts'
import { tellGoneGuests } from '../desktops/gone-guests.ts'
import type { Consolidator } from '../energy/consolidator.ts'
import { hostUseOf } from '../energy/host-use.ts'
import { powerInput } from '../energy/plan-hosts.ts'
import { addNotice } from '../notices/add-notice.ts'
import { expectations, usedSinceOf } from '../oversubscription/expectations.ts'
import { wantedLoans } from '../oversubscription/wanted-loans.ts'
import { RatioWatch } from '../oversubscription/see-ratios.ts'
import type { EvictionOffers } from '../preemption/offers.ts'
import { roomWorldNow } from '../preemption/room-world-now.ts'
import type { Runtime } from '../runtime.ts'
import { loadSettings } from '../state/load-settings.ts'
import { readSnapshots } from '../state/read-snapshots.ts'
import { policyNow } from '../state/policy-now.ts'
import { Loop } from './loop.ts'

export interface DecideParts {
  readonly rules: RuleShelf
  readonly history: ActionHistory
  readonly memories: InstanceMemories
  readonly commands: CommandQueue
  /** What preemption wants of the plan. */
  readonly offers: EvictionOffers
  /** What may be done now, for the loop that does it. */
  readonly due: { proposals: readonly Proposal[] }
  /** What the last cycle refused for good, for those who ask why. */
  readonly refused: { list: readonly Refused[] }
  /** What stood against the sleep of hosts in the last cycle. */
  readonly awake: { list: readonly Refused[] }
  readonly consolidator: Consolidator
  /** What the rules looked at in the last cycle. */
  readonly seen: { table: InstanceTable | undefined }
}

export function decideLoop(runtime: Runtime, parts: DecideParts): Loop {
  const { state, clock, config } = runtime
  const supports = indexSupports(runtime.clouds.values())
  const placed = new Map<CloudId, Placed>()
  const evidence = createEvidenceMemory()
  const ratios = new RatioWatch()
  const looks = new LookAhead()
  const ledgers = new Map([...runtime.clouds.keys()].map((id) => [id, createLedgerMemory()]))
  let term: number | undefined
  return new Loop({
    name: 'decide',
    periodMs: config.periods.decideMs,
    clock,
    onError: (error) => void runtime.problems.reportError('deciding', error),
    run: async () => {
      await loadSettings(runtime)
      await parts.rules.refresh()
      state.holds = await runtime.store.holds.active(clock.nowMs())
      const unread = [...runtime.clouds.keys()].filter((id) => state.clouds.get(id) === undefined)
      if (unread.length > 0) {
        state.starting = `waits for the first reading of ${unread.join(', ')}`
        return state.starting
      }
      const { fence } = state
      if (fence === undefined) {
        parts.due.proposals = []
        await parts.history.refresh(runtime)
        return follow(runtime)
      }
      if (fence.term !== term) parts.memories.reset()
      term = fence.term
      // What is under way has to be known before the plan: it would cancel what it does not know to be wanted.
      await runtime.evictions.load(fence, clock.nowMs())
      await runtime.leases.load(fence)
      await runtime.power.load(fence)
      const snapshots = readSnapshots(state)
      for (const snapshot of snapshots.values()) {
        const before = placed.get(snapshot.cloudId)
        const placements = trackPlacements(before?.placements ?? new Map(), snapshot, before?.snapshot)
        placed.set(snapshot.cloudId, { placements, snapshot })
      }
      const work = { runtime, parts, supports, snapshots, placed, ledgers, evidence, ratios, fence }
      const table = await readFirst(work)
      const { book } = parts.rules
      const asking = { book, table, telemetry: runtime.telemetry, history: parts.history, nowMs: clock.nowMs() }
      const looking = await looks.advance(asking)
      if (looking !== undefined) {
        parts.due.proposals = []
        if (!state.ready) state.starting = looking
        runtime.wake('decide')
        return looking
      }
      const decision = await cycle(work, table)
      parts.commands.refuse(decision)
      parts.due.proposals = decision.due
      parts.refused.list = decision.refused
      if (decision.due.length > 0) runtime.wake('act')
      if (runtime.evictions.open().length > 0) runtime.wake('preempt')
      await runtime.problems.settle('deciding')
      const { plan } = decision
      return `${plan.proposals.length} proposals, ${decision.due.length} due, ${plan.ended.length} ended`
    },
  })
}

/** Where the instances of a cloud have been since when, and the reading that says so. */
interface Placed {
  readonly placements: Placements
  readonly snapshot: Snapshot
}

interface Cycle {
  readonly runtime: Runtime
  readonly parts: DecideParts
  readonly supports: ActionSupports
  readonly snapshots: ReadonlyMap<CloudId, Snapshot>
  readonly placed: ReadonlyMap<CloudId, Placed>
  readonly ledgers: ReadonlyMap<CloudId, LedgerMemory>
  readonly evidence: EvidenceMemory
  readonly ratios: RatioWatch
  readonly fence: Fence
}

/** What a cycle has to know besides the snapshots. */
async function readFirst(work: Cycle): Promise<InstanceTable> {
  const { runtime, parts, snapshots } = work
  parts.commands.beginCycle()
  await parts.history.refresh(runtime)
  for (const id of runtime.clouds.keys()) await parts.memories.load(runtime, id)
  await seePeople(work)
  const table = buildInstanceTable([...snapshots.values()], runtime.telemetry, parts.seen.table)
  parts.seen.table = table
  return table
}

async function cycle(work: Cycle, table: InstanceTable): Promise<Decision> {
  const { runtime, parts, supports, snapshots } = work
  const { store, clock, telemetry, state } = runtime
  const nowMs = clock.nowMs()
  const policy = policyNow(runtime)
  const evaluated = await evaluateAll({
    book: parts.rules.book,
    table,
    telemetry,
    history: parts.history,
    nowMs,
    evidence: work.evidence,
  })
  const hasChains = parts.rules.book.rules.some(({ steps }) => steps !== undefined)
  const matches = withChains(evaluated.matches, {
    past: chainPast(parts.history, hasChains ? await store.proposals.open() : []),
    nowMs,
    instanceOf: (id) => snapshots.get(cloudOf(id))?.instanceById.get(id),
    stands: evaluated.stands,
  })
  const answers: CapabilityAnswer[] = [
    proposeIdleness({ matches, supports, usage: telemetry, nowMs, projects: policy.projects }),
  ]
  const asking = { estimator: runtime.estimator, supports, nowMs }
  if (policy.modes.oversubscription !== 'off')
    answers.push(wantedRatios(work, policy), ...wantedLoans(runtime, parts.history, work))
  const journal = parts.history.recent(nowMs - journalHorizonMs(policy))
  const proposals = await store.proposals.open()
  const evicting = parts.offers.answer(runtime.evictions.open(), {
    snapshots,
    supports,
    usage: telemetry,
    journal,
    nowMs,
  })
  if (evicting.candidates.length > 0) answers.push(evicting)
  await runtime.power.refresh(work.fence, { snapshots: snapshots.values(), journal: parts.history.all(), nowMs })
  const power = wantedPower(work, policy)
  parts.awake.list = power.refused
  answers.push(power)
  await runtime.lending.refresh()
  const presenceOf = runtime.lending.presence()
  await tellGoneGuests(runtime, presenceOf)
  if (policy.modes.opportunism !== 'off') answers.push(await wantedLending(work, { presenceOf, journal, proposals }))
  if (policy.modes.reservations !== 'off') answers.push(...wantedMoves(work, { journal, proposals }))
  const commands = parts.commands.candidates({ supports, usage: telemetry, nowMs })
  if (commands.length > 0) answers.push({ candidates: commands, refused: [], reasons: {} })
  const expected = expectations(asking, runtime.config.oversubscription.firmPeak)
  const owned: HostLedger[] = [...snapshots.values()].flatMap((snapshot) => {
    const memory = work.ledgers.get(snapshot.cloudId)
    const placements = work.placed.get(snapshot.cloudId)?.placements
    return takeLedger({
      snapshot,
      usage: telemetry,
      policy,
      nowMs,
      supports,
      expected,
      ...(placements === undefined ? {} : { placements }),
      ...(memory === undefined ? {} : { memory }),
    })
  })
  const ledger = withGuestsLent(owned, state.loans, ({ instanceId, entry }) => {
    const instance = snapshots.get(entry.cloudId)?.instanceById.get(instanceId)
    return instance === undefined ? entry.hostId : instance.hostId
  })
  const facts = {
    nowMs,
    policy,
    snapshots,
    usage: telemetry,
    supports,
    holds: state.holds,
    journal,
    rules: parts.rules.book.rules,
    hostUse: hostUseOf(runtime),
    presenceOf,
  }
  // Last: whoever else wants something of an instance goes before.
  answers.push(...parts.consolidator.answers({ facts, journal: parts.history.all(), proposals, answers }))
  const decision = decide({
    ...facts,
    answers,
    proposals,
    ledger,
    nextId: (kind) => newId(kind === 'plan' ? 'pln' : 'prp', nowMs),
  })
  await write(work, decision)
  state.ruleCounts = evaluated.counts
  state.previousPlan = state.plan
  state.plan = decision.plan
  state.proposals = byTarget(decision.plan.proposals)
  state.ready = true
  state.starting = undefined
  runtime.hub.tell('plan')
  return decision
}

function wantedRatios({ runtime, supports, snapshots }: Cycle, policy: Policy): CapabilityAnswer {
  const { estimator, telemetry, config, clock } = runtime
  const nowMs = clock.nowMs()
  return proposeRatios({
    snapshots: snapshots.values(),
    estimator,
    usedSince: usedSinceOf({
      supports,
      nowMs,
      telemetry,
      instancesOf: (host) => snapshots.get(host.cloudId)?.instancesOfHost.get(host.id) ?? [],
    }),
    supports,
    ratios: config.oversubscription.ratios,
    headroomShare: policy.headroomShare,
    nowMs,
  })
}

async function wantedLending(
  { runtime, parts, supports, snapshots }: Cycle,
  given: Omit<RefugeQuestion, 'worldOf'>,
): Promise<CapabilityAnswer> {
  const { lending, config, clock } = runtime
  const past = await lending.past(parts.history.all())
  return planLending({
    ...past,
    snapshots: snapshots.values(),
    supports,
    presenceOf: given.presenceOf,
    findRefuge: refugesOf({ ...given, worldOf: (id) => roomWorldNow(runtime, id).world }),
    terms: config.opportunism.terms,
    nowMs: clock.nowMs(),
  })
}

/** Also while the capability is off: what sleeps is woken then, and nothing else is said. */
function wantedPower({ runtime, supports, snapshots }: Cycle, policy: Policy): CapabilityAnswer {
  const answer = planPower(powerInput(runtime, { snapshots, supports }))
  if (policy.modes.energy !== 'off') return answer
  return { candidates: answer.candidates.filter(isGivenBack), refused: [], reasons: {} }
}

/** Of clouds that cannot be decided upon now nothing is wanted: what is proposed on them is held by the gate. */
function wantedMoves(
  { runtime }: Cycle,
  given: Pick<MovesQuestion, 'journal' | 'proposals'>,
): readonly CapabilityAnswer[] {
  const { makeRoomMs } = runtime.config.reservations
  return [...runtime.clouds.keys()].flatMap((id) => {
    const { world } = roomWorldNow(runtime, id)
    return world === undefined ? [] : [proposeMoves({ ...given, world, makeRoomMs })]
  })
}

/** First the people, so that this very cycle respects what they did. */
async function seePeople({ runtime, parts, snapshots, ratios, fence }: Cycle): Promise<void> {
  const journal = parts.history.recent(runtime.clock.nowMs() - journalHorizonMs(runtime.config.policy))
  let seen = 0
  for (const snapshot of snapshots.values()) {
    for (const hold of parts.memories.peopleSince(runtime, snapshot, journal)) {
      await runtime.store.holds.add(hold)
      seen++
    }
    seen += await ratios.see(runtime, snapshot, journal)
    await parts.memories.remember(runtime, fence, snapshot)
  }
  if (seen > 0) runtime.state.holds = await runtime.store.holds.active(runtime.clock.nowMs())
}

async function write({ runtime, fence, snapshots }: Cycle, decision: Decision): Promise<void> {
  const { store } = runtime
  const { plan } = decision
  // First what the owner is told: a crash in between repeats a notice and never lets a grace period run without one.
  for (const notice of decision.notices)
    await addNotice(runtime, fence, { id: newId('ntc', plan.createdAtMs), atMs: plan.createdAtMs, notice })
  if (decision.save.length > 0) await store.proposals.save(fence, decision.save)
  await store.plans.save(fence, plan)
  const atMs = plan.createdAtMs
  await store.ledger.append(fence, 'all', { atMs, ...plan.totals })
  for (const cloudId of snapshots.keys()) {
    const hosts = plan.ledger.filter((line) => cloudOf(line.hostId) === cloudId)
    await store.ledger.append(fence, cloudId, { atMs, ...totalLedger(hosts) })
  }
}

/** What a follower shows: the leader's last plan and open proposals. */
async function follow(runtime: Runtime): Promise<string> {
  const { state, store } = runtime
  const [plan, previous] = await store.plans.latest(2)
  state.plan = plan
  state.previousPlan = previous
  state.proposals = byTarget(await store.proposals.open())
  state.ready = true
  state.starting = undefined
  runtime.hub.tell('plan')
  return 'follows'
}

function byTarget(proposals: readonly Proposal[]): ReadonlyMap<TargetKey, readonly Proposal[]> {
  const map = new Map<TargetKey, Proposal[]>()
  for (const proposal of proposals) {
    const key = targetKey(proposal)
    const list = map.get(key)
    if (list === undefined) map.set(key, [proposal])
    else list.push(proposal)
  }
  return map
}
