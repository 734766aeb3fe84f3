// What decisions rest on, for previews and explanations: the very things the decide loop uses, as of now.
import {
  type ExplainInput,
  type RuleStory,
  chainSentence,
  placeInChain,
  type WhyHost,
  type WhyInstance,
  type WhyWorld,
  buildInstanceTable,
  indexSupports,
  isOpenEntry,
  ruleStories,
  whyHost,
  whyInstance,
} from '@gleaner/engine'
import { cloudOf, type HostId, type InstanceId, type JournalEntry, type Proposal } from '@gleaner/model'
import type { Insight } from '../application.ts'
import { chainPast } from '../decide/chain-past.ts'
import { hostUseOf } from '../energy/host-use.ts'
import { powerNow } from '../energy/power-now.ts'
import type { DecideParts } from '../loops/decide.ts'
import { lendableNow } from '../preemption/lendable-now.ts'
import type { Runtime } from '../runtime.ts'
import { policyNow } from '../state/policy-now.ts'
import { readSnapshots } from '../state/read-snapshots.ts'

/** How far back the story of an instance goes. */
const mostProposals = 50
const mostEntries = 200
const mostEvictions = 50

export function makeInsight(runtime: Runtime, parts: DecideParts): Insight {
  const ruleInput = ruleInputOf(runtime, parts)
  return {
    ruleInput,
    why: (instanceId) => why(instanceId, { runtime, parts, input: ruleInput() }),
    whyHost: (hostId) => whyTheHost(hostId, { runtime, parts, input: ruleInput() }),
    power: () => powerNow(runtime, parts.awake.list),
    lendable: () =>
      new Map(
        [...readSnapshots(runtime.state).values()].flatMap((snapshot) => [...(lendableNow(runtime, snapshot) ?? [])]),
      ),
  }
}

/** The table is built once per reading; the time is that of the question. */
function ruleInputOf({ state, clock, telemetry }: Runtime, parts: DecideParts): () => ExplainInput {
  let basis: readonly unknown[] = []
  let table: ExplainInput['table'] | undefined
  return () => {
    const snapshots = [...readSnapshots(state).values()]
    const same = snapshots.length === basis.length && snapshots.every((snapshot, index) => snapshot === basis[index])
    if (table === undefined || !same) {
      table = buildInstanceTable(snapshots, telemetry)
      basis = snapshots
    }
    return { table, telemetry, history: parts.history, nowMs: clock.nowMs() }
  }
}

interface WhyParts {
  readonly runtime: Runtime
  readonly parts: DecideParts
  readonly input: ExplainInput
}

async function why(instanceId: InstanceId, { runtime, parts, input }: WhyParts): Promise<WhyInstance> {
  const { store } = runtime
  const [proposals, older, evictions] = await Promise.all([
    store.proposals.forInstance(instanceId, mostProposals),
    store.journal.list({ instanceId }, { limit: mostEntries, offset: 0 }),
    store.evictions.evictions({ instanceId }, { limit: mostEvictions, offset: 0 }),
  ])
  const { rules, compiled } = parts.rules.book
  const known = rules.flatMap((rule, index) => {
    const program = compiled[index]
    return program === undefined ? [] : [{ rule, compiled: program }]
  })
  const world = { ...worldOf({ runtime, parts, input }, proposals, older.items), evictions: evictions.items }
  const past = chainPast(parts.history, proposals)
  const instance = world.snapshots.get(cloudOf(instanceId))?.instanceById.get(instanceId)
  const stories = ruleStories(instanceId, known, input).map((story): RuleStory => {
    const rule = rules.find(({ id }) => id === story.ruleId)
    if (rule === undefined || instance === undefined) return story
    const place = placeInChain(rule, instance, { isMatched: story.verdict.code === 'rule-matched', past })
    if (place === undefined) return story
    const sentence = `${story.verdict.sentence} ${chainSentence(rule, place)}`
    return { ...story, verdict: { ...story.verdict, sentence } }
  })
  return whyInstance(world, instanceId, stories)
}

async function whyTheHost(hostId: HostId, why: WhyParts): Promise<WhyHost> {
  const { store } = why.runtime
  const [proposals, older] = await Promise.all([
    store.proposals.forHost(hostId, mostProposals),
    store.journal.list({ onHostId: hostId }, { limit: mostEntries, offset: 0 }),
  ])
  return whyHost(worldOf(why, proposals, older.items), hostId)
}

function worldOf(
  { runtime, parts, input }: WhyParts,
  proposals: readonly Proposal[],
  older: readonly JournalEntry[],
): WhyWorld {
  const { state } = runtime
  const journal = new Map([...older, ...parts.history.all()].map((entry) => [entry.id, entry]))
  // For a moment memory does not know yet that a step has ended; one that has does not change any more.
  for (const entry of older) if (!isOpenEntry(entry)) journal.set(entry.id, entry)
  return {
    nowMs: input.nowMs,
    policy: policyNow(runtime),
    snapshots: readSnapshots(state),
    usage: runtime.telemetry,
    supports: indexSupports(runtime.clouds.values()),
    holds: state.holds,
    journal: [...journal.values()],
    rules: parts.rules.book.rules,
    hostUse: hostUseOf(runtime),
    presenceOf: runtime.lending.presence(),
    powerRecordOf: (hostId) => runtime.power.recordOf(hostId),
    consolidationOf: (hostId) => parts.consolidator.verdictOf(hostId),
    proposals,
    ledger: state.plan?.ledger ?? [],
    refused: parts.refused.list,
  }
}
