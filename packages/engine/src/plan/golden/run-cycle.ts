// One cycle of a golden script, with the engine's own functions from the reading to the plan, in the order in which a
// server calls them.
import { type Candidate, type Instance, noYield, type Rule, type Verdict } from '@gleaner/model'
import { commandCandidate } from '../../idleness/command-candidate.ts'
import { proposeIdleness } from '../../idleness/propose-idleness.ts'
import type { RuleMatches } from '../../idleness/rule-matches.ts'
import { indexSupports } from '../../ledger/action-support.ts'
import { takeLedger } from '../../ledger/take-ledger.ts'
import { detectPersonActions, rememberState } from '../../people/detect-person-actions.ts'
import { freezeSnapshot } from '../../snapshot/freeze-snapshot.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { fakeUsage } from '../../testing/fake-usage.ts'
import { type Decision, decide, type World } from '../decide.ts'
import { cloud, type ScriptWorld } from './script-world.ts'

const givesBack = { physicalCores: true, physicalMemory: true, sellable: false }
export const supports = indexSupports([
  {
    id: cloud,
    actions: (['pause', 'suspend', 'stop', 'resume', 'start'] as const).map((action) => ({ action, givesBack })),
  },
])

export function usageOf(world: ScriptWorld) {
  const measured = [...world.instances.values()].filter(({ name }) => !world.unmeasured.has(name))
  return fakeUsage(
    new Map(measured.map(({ id }) => [id as string, { lastAtMs: world.nowMs - 10_000, cpu: 0.01, memory: 700 }])),
  )
}

export function observe(world: ScriptWorld): Snapshot {
  const inventory = {
    hosts: [...world.hosts.values()],
    instances: [...world.instances.values()],
    projects: [...world.projects.values()],
    gaps: world.gaps,
  }
  return freezeSnapshot(inventory, { cloudId: cloud, version: ++world.version, takenAtMs: world.nowMs })
}

export function runCycle(world: ScriptWorld, reads: boolean): Decision {
  if (reads || world.snapshot === undefined) world.snapshot = observe(world)
  const { snapshot, nowMs, policy } = world
  const usage = usageOf(world)
  const seen = detectPersonActions({
    known: (id) => world.known.get(id),
    snapshot,
    journal: world.journal,
    policy,
    nowMs,
  })
  world.holds.push(...seen.map((hold) => ({ ...hold, id: `hold_${++world.ids}` })))
  for (const instance of snapshot.instances)
    world.known.set(instance.id, rememberState(world.known.get(instance.id), instance, snapshot.takenAtMs))
  const answer = proposeIdleness({ matches: matchesOf(world, snapshot), supports, usage, nowMs, projects: new Map() })
  const commands = world.commands.flatMap(({ name, action, by }): Candidate[] => {
    const instance = world.instances.get(name)
    if (instance === undefined) return []
    return [commandCandidate({ instance, action, by, reason: undefined }, { supports, usage, nowMs })]
  })
  world.commands = []
  const input: World = {
    ...factsOf(world),
    answers: [answer, { candidates: commands, refused: [], reasons: {} }],
    proposals: world.open,
    ledger: takeLedger({ snapshot, usage, policy, nowMs, supports }),
    nextId: (kind) => `${kind}_${++world.ids}`,
  }
  const decision = decide(input)
  world.open = decision.plan.proposals
  world.previouslyRefused = world.refused
  world.refused = [...answer.refused, ...decision.refused]
  world.previousPlan = world.plan
  world.plan = decision.plan
  return decision
}

export function factsOf(world: ScriptWorld) {
  const snapshots = new Map(world.snapshot === undefined ? [] : [[cloud, world.snapshot] as const])
  const { nowMs, policy, holds, journal } = world
  return { nowMs, policy, snapshots, usage: usageOf(world), supports, holds, journal, rules: [...world.rules.values()] }
}

/** Everything that is due is done, at once and well. */
export function actOn(world: ScriptWorld): readonly string[] {
  const said: string[] = []
  for (const proposal of world.open) {
    if (proposal.state !== 'due' || proposal.instanceId === undefined) continue
    const name = proposal.instanceId.slice(cloud.length + 1)
    const before = world.instances.get(name)
    if (before === undefined) continue
    const after = {
      suspend: 'suspended',
      pause: 'paused',
      stop: 'stopped',
      resume: 'running',
      start: 'running',
    } as const
    const state = after[proposal.action as keyof typeof after]
    world.instances.set(name, { ...before, state })
    world.journal.push({
      id: `action_${++world.ids}`,
      idempotencyKey: proposal.id,
      proposalId: proposal.id,
      capability: proposal.capability,
      action: proposal.action,
      setting: proposal.setting,
      cloudId: cloud,
      instanceId: proposal.instanceId,
      targetName: name,
      projectId: proposal.projectId,
      hostId: proposal.hostId,
      cause: proposal.cause,
      reason: proposal.reason,
      state: 'done',
      stateBefore: before.state,
      intendedAtMs: world.nowMs,
      acceptedAtMs: world.nowMs,
      finishedAtMs: world.nowMs,
      attempts: 1,
      deadlineMs: world.nowMs + world.policy.actionTimeoutMs,
      outcome: `the instance is ${state}`,
      gives: noYield,
      term: 1,
    })
    said.push(`${name} is ${state}`)
  }
  return said
}

function matchesOf(world: ScriptWorld, snapshot: Snapshot): RuleMatches {
  const rules = [...world.rules.values()].filter(({ enabled }) => enabled)
  return {
    rules,
    eachMatched(visit) {
      for (const instance of snapshot.instances) {
        const matched = rules.flatMap((rule, index) => (isMatched(world, rule, instance) ? [index] : []))
        if (matched.length > 0) visit(instance, matched)
      }
    },
    evidence: (index, instance) => evidence(rules[index]?.name ?? '', instance),
    reasons: {},
  }
}

/** Usage that is missing makes every rule of a script unknown. */
export function isMatched(world: ScriptWorld, rule: Rule, instance: Instance): boolean {
  return world.matches.get(rule.name)?.has(instance.name) === true && !world.unmeasured.has(instance.name)
}

export function evidence(rule: string, instance: Instance): Verdict {
  return { code: 'rule-matched', sentence: `Rule "${rule}" matches ${instance.name}.`, facts: { cpuCores: 0.01 } }
}
