// What the fake server remembers and how time moves it: proposals become due, act and end in the journal.
import type {
  DecisionView,
  HoldView,
  JournalView,
  LeaseView,
  LiveEvent,
  Mode,
  PlanView,
  ProblemView,
  ProjectView,
  ProposalView,
  RuleView,
  TokenView,
  UserView,
} from '@gleaner/model'
import { capabilities } from '@gleaner/model'
import { makeLeases } from './leases.ts'
import { makeDecisions } from './preemption.ts'
import { readyMade, ruleView } from './rule-book.ts'
import { cpuAt, valueAt } from './usage.ts'
import { makeWorld, type World, type WorldSize } from './world.ts'

const fakeUser: UserView = {
  id: 'usr_1',
  subject: 'CN=Grace,OU=People,DC=example,DC=org',
  issuer: 'CN=People CA,DC=example,DC=org',
  state: 'waiting',
  role: 'viewer',
  projects: [],
  serial: '1F',
  fingerprint: 'AA:BB',
  certificateEndsAt: '2038-01-01T00:00:00.000Z',
  expiresSoon: false,
  firstSeen: '2026-03-01T08:00:00.000Z',
  lastSeen: '2026-03-04T08:00:00.000Z',
}

function makeProjects(instances: World['instances'], tomorrow: string): ProjectView[] {
  const counts = new Map<string, ProjectView>()
  for (const { project, cloud } of instances) {
    const known = counts.get(project) ?? { id: `${cloud}:${project}`, name: project, cloud, instances: 0 }
    counts.set(project, { ...known, instances: known.instances + 1 })
  }
  const projects = [...counts.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const [first, second] = projects
  if (first) first.optOut = { since: '2026-03-01T08:00:00.000Z', until: tomorrow, reason: 'exams', by: 'ada' }
  if (second) Object.assign(second, { grace: '2d', strongest: 'suspend' })
  return projects
}

export interface FakeOptions extends WorldSize {
  readonly speed: number
  /** False: callers without a session are nobody. */
  readonly anonymous: boolean
}

export class FakeState {
  readonly startedMs = Date.now()
  readonly world: World
  readonly rules = new Map<string, RuleView>()
  readonly proposals: ProposalView[] = []
  readonly journal: JournalView[] = []
  readonly problems: ProblemView[] = []
  readonly holds: (HoldView & { instanceId: string })[] = []
  readonly tokens: TokenView[] = []
  users: UserView[] = [fakeUser]
  readonly projects: ProjectView[]
  readonly decisions: DecisionView[]
  readonly leases: LeaseView[]
  readonly modes = new Map<string, Mode>(capabilities.map((name) => [name, 'observe']))
  paused: { by: string; since: string; reason: string } | undefined
  previousPlan: ProposalView[] = []
  #listeners = new Set<(event: LiveEvent) => void>()
  #sequence = 0
  #round = 0
  readonly options: FakeOptions

  constructor(options: FakeOptions) {
    this.options = options
    this.world = makeWorld(options, this.nowMs())
    this.decisions = makeDecisions(this)
    this.leases = makeLeases(this)
    this.projects = makeProjects(this.world.instances, this.iso(86_400_000))
    const [google, aws] = readyMade
    if (google) {
      const matched = this.world.instances.filter((i) => i.state === 'running' && (i.idleForS ?? 0) > 86_400)
      this.rules.set(
        'rule_1',
        ruleView(
          'rule_1',
          { ...google.definition, name: 'night-suspend', mode: 'enforce' },
          {
            nowMs: this.nowMs() - 3 * 86_400_000,
            revision: 3,
            now: { covered: options.instances, matched: matched.length, unknown: 4, active: true },
            actions: { done: 12, failed: 1, lastAt: this.iso(-3_600_000) },
          },
        ),
      )
      for (const [i, instance] of matched.slice(0, Math.min(60, Math.ceil(matched.length / 2))).entries()) {
        this.proposals.push(this.#propose(instance.id, i))
      }
    }
    if (aws) this.rules.set('rule_2', ruleView('rule_2', aws.definition, { nowMs: this.nowMs(), source: 'file' }))
    for (let i = 0; i < 40; i++) this.#journalPast(i)
    this.problems.push(
      {
        id: 'problem_1',
        code: 'cloud-unavailable',
        severity: 'error',
        subject: 'node-07',
        sentence: 'lab: node-07 does not answer (timed out after 10 s).',
        remedy: 'Check that libvirtd runs on node-07 and is reachable from here; Gleaner retries by itself.',
        firstSeen: this.iso(-7_200_000),
        lastSeen: this.iso(-30_000),
        count: 41,
        state: 'open',
      },
      {
        id: 'problem_2',
        code: 'rule-unknown',
        severity: 'warning',
        subject: 'night-suspend',
        sentence: 'rule "night-suspend" cannot be decided for 4 instances: no cpu sample in the past 24 h.',
        remedy: 'Install the guest reporter on them, or exclude them with a tag.',
        firstSeen: this.iso(-90_000_000),
        lastSeen: this.iso(-60_000),
        count: 1240,
        state: 'open',
      },
    )
    this.previousPlan = this.proposals.slice(3)
  }

  nowMs(): number {
    return this.startedMs + (Date.now() - this.startedMs) * this.options.speed
  }

  iso(offsetMs = 0): string {
    return new Date(this.nowMs() + offsetMs).toISOString()
  }

  id(prefix: string): string {
    return `${prefix}_${(++this.#sequence).toString().padStart(6, '0')}`
  }

  listen(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(kind: LiveEvent['kind'], item?: unknown): void {
    const event: LiveEvent = { kind, at: this.iso(), ...(item === undefined ? {} : { item }) }
    for (const listener of this.#listeners) listener(event)
  }

  plan(): PlanView {
    return {
      id: 'plan_2',
      createdAt: this.iso(-4000),
      basis: [{ cloud: 'lab', version: 812, takenAt: this.iso(-9000), complete: true, fresh: true }],
      proposals: this.proposals.filter((p) => !['done', 'failed', 'cancelled', 'timed-out'].includes(p.state)),
      ended: this.proposals.filter((p) => p.state === 'cancelled').slice(0, 5),
      reasons: { 'rule-not-matched': 212, 'rule-unknown': 4, 'mode-observe': 14, protected: 3 },
    }
  }

  /** One step of the fake loop: what is due acts, what acts ends. */
  step(): void {
    if (this.paused) return
    this.#measure()
    let moved = false
    for (const proposal of this.proposals) {
      if (proposal.state === 'notified' && Date.parse(proposal.dueAt ?? '') <= this.nowMs()) {
        proposal.state = 'acting'
        const entry = this.#entry(proposal)
        this.journal.unshift(entry)
        this.tell('journal', entry)
        moved = true
      } else if (proposal.state === 'acting') {
        const entry = this.journal.find((e) => e.proposalId === proposal.id && e.state === 'intended')
        const instance = this.world.instances.find((i) => i.id === proposal.instanceId)
        if (!entry || !instance) continue
        entry.state = 'done'
        entry.finishedAt = this.iso()
        entry.outcome = 'suspended after 11 s'
        proposal.state = 'done'
        instance.state = 'suspended'
        instance.since = this.iso()
        this.tell('journal', entry)
        moved = true
      }
    }
    if (moved) this.tell('plan')
    this.tell('inventory')
    this.tell('status')
  }

  /** A tenth of the running instances gets new samples with each step. */
  #measure(): void {
    this.#round = (this.#round + 1) % 10
    for (let i = this.#round; i < this.world.instances.length; i += 10) {
      const instance = this.world.instances[i]
      const shape = instance && this.world.shapes.get(instance.id)
      if (!instance || !shape || instance.state !== 'running' || instance.cpuCores === undefined) continue
      instance.cpuCores = cpuAt(shape, this.nowMs())
      instance.usedMemoryMiB = valueAt(shape, 'memory', this.nowMs())
      instance.sampledAt = this.iso()
    }
  }

  #entry(proposal: ProposalView): JournalView {
    const { capability, action, cloud, target, instanceId, instance, project, host, cause, reason, gives } = proposal
    return {
      id: this.id('action'),
      proposalId: proposal.id,
      capability,
      action,
      cloud,
      target,
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(instance === undefined ? {} : { instance }),
      ...(project === undefined ? {} : { project }),
      ...(host === undefined ? {} : { host }),
      cause,
      reason,
      state: 'intended',
      stateBefore: 'running',
      intendedAt: this.iso(),
      attempts: 1,
      gives,
    }
  }

  #propose(instanceId: string, i: number): ProposalView {
    const instance = this.world.instances.find((candidate) => candidate.id === instanceId)
    if (!instance) throw new Error(instanceId)
    const state = (['awaiting-approval', 'notified', 'observed', 'held', 'confirming'] as const)[i % 5] ?? 'observed'
    const verdicts = {
      'awaiting-approval': { code: 'awaiting-approval', sentence: 'Waits for a person to approve.', facts: {} },
      notified: {
        code: 'in-grace',
        sentence: 'The owner was told; the grace period of 30m is running.',
        facts: { graceMinutes: 30 },
      },
      observed: { code: 'mode-observe', sentence: 'The mode is observe: recorded, not done.', facts: {} },
      held: {
        code: 'budget-host',
        sentence: `Half of the instances of ${instance.host} were acted upon in the past 10m; it goes on after that.`,
        facts: { share: 0.5, limit: 0.5 },
      },
      confirming: {
        code: 'not-confirmed',
        sentence: 'Matched once; two times in a row are needed.',
        facts: { seen: 1, needed: 2 },
      },
    } as const
    return {
      id: this.id('proposal'),
      capability: 'idleness',
      claim: 'idleness',
      action: i % 7 === 3 ? 'stop' : 'suspend',
      cloud: 'lab',
      target: { kind: 'instance', id: instanceId, name: instance.name },
      instanceId,
      instance: instance.name,
      project: instance.project,
      ...(instance.host === undefined ? {} : { host: instance.host }),
      cause: 'night-suspend',
      mode: state === 'observed' ? 'observe' : state === 'awaiting-approval' ? 'advise' : 'enforce',
      state,
      reason: {
        code: 'rule-matched',
        sentence: `cpu was below 0.03 cores in 99.2 % of the samples of the past 24 h (97 % needed) and 410 B/s came in over the network on average (less than 2600 B/s needed).`,
        facts: { shareBelow: 0.992, neededShare: 0.97, networkRxBytesPerS: 410, neededNetworkRxBytesPerS: 2600 },
      },
      verdict: { ...verdicts[state] },
      confirmations: state === 'confirming' ? 1 : 2,
      createdAt: this.iso(-600_000 * (i + 1)),
      updatedAt: this.iso(-5000),
      ...(state === 'notified'
        ? { noticeAt: this.iso(-60_000), dueAt: this.iso((20 + i * 15) * 1000 * this.options.speed) }
        : {}),
      gives: {
        physicalCores: instance.cpuCores ?? 0,
        physicalMemoryMiB: instance.usedMemoryMiB ?? instance.memoryMiB * 0.5,
        sellableCores: i % 7 === 3 ? instance.vcpus : 0,
        sellableMemoryMiB: i % 7 === 3 ? instance.memoryMiB : 0,
      },
    }
  }

  #journalPast(i: number): void {
    const instance = this.world.instances[(i * 37) % this.world.instances.length]
    if (!instance) return
    const state = i % 9 === 4 ? 'failed' : i % 13 === 7 ? 'timed-out' : 'done'
    this.journal.push({
      id: this.id('action'),
      capability: 'idleness',
      action: i % 5 === 2 ? 'resume' : 'suspend',
      cloud: 'lab',
      target: { kind: 'instance', id: instance.id, name: instance.name },
      instanceId: instance.id,
      instance: instance.name,
      project: instance.project,
      ...(instance.host === undefined ? {} : { host: instance.host }),
      cause: i % 5 === 2 ? 'ada' : 'night-suspend',
      reason:
        i % 5 === 2
          ? { code: 'commanded', sentence: 'ada asked for it: "needed for the demo".', facts: {} }
          : {
              code: 'rule-matched',
              sentence: 'cpu was below 0.03 cores in 99.2 % of the samples of the past 24 h (97 % needed).',
              facts: { shareBelow: 0.992, neededShare: 0.97 },
            },
      state,
      stateBefore: i % 5 === 2 ? 'suspended' : 'running',
      intendedAt: this.iso(-1_200_000 * (i + 1)),
      acceptedAt: this.iso(-1_200_000 * (i + 1) + 900),
      finishedAt: this.iso(-1_200_000 * (i + 1) + 12_000),
      attempts: 1,
      outcome:
        state === 'done'
          ? 'reached after 11 s'
          : state === 'failed'
            ? 'node-07 does not answer'
            : 'still suspending after 5m',
      gives: {
        physicalCores: 0.1,
        physicalMemoryMiB: instance.memoryMiB * 0.6,
        sellableCores: 0,
        sellableMemoryMiB: 0,
      },
    })
  }
}
