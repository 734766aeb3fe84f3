// THE gate. No step of any capability reaches a driver without passing it, twice: when the plan is made, and again right
// before the action, on a fresh reading. Both times, and when a person asks why something is held, it is this function.
//
// The checks stand in one list. The order decides only which of several refusals is told first; a step passes if and
// only if every check that applies to its kind has nothing against it.
//   - standing refusals end the proposal: it would make no sense to keep the owner waiting for it;
//   - then the mode: what is only observed is judged no further;
//   - passing refusals hold the proposal back: they go away by themselves;
//   - progress refusals say how far it has come: confirmed, approved, announced; of an eviction, how far its decision is.
// Commands, evictions, moves, restoring steps, memory given back, notices, steps on hosts and what is done for the user of a desktop have lists
// of their own, for the reasons told in step-class.ts.
import { type HostId, type InstanceId, isOnInstance, type Proposal, targetId, type Verdict } from '@gleaner/model'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { approved } from './checks/approved.ts'
import { budgetRate } from './checks/budget-rate.ts'
import { budgetCloud, budgetHost, budgetProject } from './checks/budget-share.ts'
import { causeStands } from './checks/cause-stands.ts'
import type { Check } from './checks/check.ts'
import { confirmed } from './checks/confirmed.ts'
import { desktopClosed } from './checks/desktop-closed.ts'
import { desktopLent } from './checks/desktop-lent.ts'
import { desktopNeeded } from './checks/desktop-needed.ts'
import { destinationFree } from './checks/destination-free.ts'
import { destinationOpen } from './checks/destination-open.ts'
import { evictionValidated, roomReserved } from './checks/eviction-stage.ts'
import { graceOver } from './checks/grace-over.ts'
import { hostFree } from './checks/host-free.ts'
import { hostSuitable } from './checks/host-suitable.ts'
import { killSwitch } from './checks/kill-switch.ts'
import { modeObserve } from './checks/mode-observe.ts'
import { modeOff } from './checks/mode-off.ts'
import { notHeld } from './checks/not-held.ts'
import { notInFlight } from './checks/not-in-flight.ts'
import { notProtected } from './checks/not-protected.ts'
import { projectAllows, projectIn } from './checks/project-terms.ts'
import { snapshotFresh } from './checks/snapshot-fresh.ts'
import { snapshotThere } from './checks/snapshot-there.ts'
import { snapshotWhole } from './checks/snapshot-whole.ts'
import { stateSuitable } from './checks/state-suitable.ts'
import { targetCovered, targetThere } from './checks/target-there.ts'
import { usageFresh } from './checks/usage-fresh.ts'
import { windowOpen } from './checks/window-open.ts'
import type { GateStep, GateWorld } from './gate-world.ts'
import { type StepClass, stepClass } from './step-class.ts'

export type Refusal = 'standing' | 'observed' | 'passing' | 'progress'

interface GateCheck {
  readonly name: string
  readonly refusal: Refusal
  readonly appliesTo: readonly StepClass[]
  readonly check: Check
}

const ofHosts: readonly StepClass[] = ['host-take', 'host-yield', 'host-give']
/** For the person in front of a desktop. */
const yielding: readonly StepClass[] = ['yield', 'host-yield']
const ofInstances: readonly StepClass[] = [
  'reclaim',
  'reclaim-command',
  'evict',
  'move',
  'consolidate',
  'restore',
  'restore-command',
  'notify',
  'yield',
]
const all: readonly StepClass[] = [...ofInstances, ...ofHosts]
/** By Gleaner itself, for a rule, an estimate or a firm request. */
const byItself: readonly StepClass[] = [
  'reclaim',
  'evict',
  'move',
  'consolidate',
  'restore',
  'notify',
  'yield',
  ...ofHosts,
]
/** What a rule can want, and what nobody needs. */
const byRules: readonly StepClass[] = ['reclaim', 'restore', 'notify', 'consolidate']
const reclaiming: readonly StepClass[] = ['reclaim', 'reclaim-command']
const ending: readonly StepClass[] = [...reclaiming, 'evict']
const moving: readonly StepClass[] = ['move', 'consolidate']
const taking: readonly StepClass[] = [...ending, ...moving, 'host-take']
const held: readonly StepClass[] = [
  'reclaim',
  'reclaim-command',
  'evict',
  ...moving,
  'restore',
  'notify',
  'host-take',
  'host-give',
]
/** Closing a desktop for its user is not among them. */
const pausable: readonly StepClass[] = [...held, 'yield']

const checks: readonly GateCheck[] = [
  gateCheck('mode', 'standing', [byItself, modeOff]),
  gateCheck('cause', 'standing', [byItself, causeStands]),
  gateCheck('snapshot', 'passing', [all, snapshotThere]),
  gateCheck('coverage', 'passing', [all, targetCovered]),
  gateCheck('instance', 'standing', [ofInstances, targetThere]),
  gateCheck('host', 'standing', [ofHosts, targetThere]),
  gateCheck('state', 'standing', [ofInstances, stateSuitable]),
  gateCheck('state', 'standing', [ofHosts, hostSuitable]),
  gateCheck('destination', 'standing', [[...moving, 'yield'], destinationOpen]),
  gateCheck('destination-free', 'passing', [['consolidate'], destinationFree]),
  gateCheck('in-use', 'standing', [['host-take'], hostFree]),
  gateCheck('user-there', 'standing', [yielding, desktopNeeded]),
  gateCheck('protection', 'standing', [['reclaim', 'reclaim-command', 'evict', ...moving, 'restore'], notProtected]),
  gateCheck('hold', 'standing', [held, notHeld]),
  gateCheck('opt-out', 'standing', [byRules, projectIn]),
  gateCheck('project-limit', 'standing', [byRules, projectAllows]),
  gateCheck('observe', 'observed', [byItself, modeObserve]),
  gateCheck('kill-switch', 'passing', [pausable, killSwitch]),
  gateCheck('snapshot-age', 'passing', [[...held, 'yield'], snapshotFresh]),
  gateCheck('snapshot-gaps', 'passing', [taking, snapshotWhole]),
  gateCheck('usage-age', 'passing', [['reclaim', 'consolidate', 'host-take'], usageFresh]),
  gateCheck('in-flight', 'passing', [
    ['reclaim', 'reclaim-command', 'evict', ...moving, 'restore', 'restore-command', 'give-back', 'yield', ...ofHosts],
    notInFlight,
  ]),
  gateCheck('desktop', 'passing', [['restore', 'restore-command', 'host-give'], desktopLent]),
  gateCheck('door', 'passing', [['yield'], desktopClosed]),
  gateCheck('confirmation', 'progress', [['reclaim', 'consolidate', 'notify', 'host-take'], confirmed]),
  gateCheck('approval', 'progress', [byItself, approved]),
  gateCheck('room', 'progress', [['evict'], roomReserved]),
  gateCheck('grace', 'progress', [ending, graceOver]),
  gateCheck('validation', 'progress', [['evict'], evictionValidated]),
  gateCheck('window', 'passing', [['reclaim', 'consolidate', 'host-take'], windowOpen]),
  gateCheck('rate', 'passing', [taking, budgetRate]),
  gateCheck('host-share', 'passing', [reclaiming, budgetHost]),
  gateCheck('project-share', 'passing', [reclaiming, budgetProject]),
  gateCheck('cloud-share', 'passing', [['host-take'], budgetCloud]),
]

function gateCheck(
  name: string,
  refusal: Refusal,
  [appliesTo, check]: readonly [readonly StepClass[], Check],
): GateCheck {
  return { name, refusal, appliesTo, check }
}

const checksOf: Readonly<Record<StepClass, readonly GateCheck[]>> = {
  reclaim: applying('reclaim'),
  'reclaim-command': applying('reclaim-command'),
  evict: applying('evict'),
  restore: applying('restore'),
  'restore-command': applying('restore-command'),
  move: applying('move'),
  consolidate: applying('consolidate'),
  'give-back': applying('give-back'),
  notify: applying('notify'),
  yield: applying('yield'),
  'host-take': applying('host-take'),
  'host-yield': applying('host-yield'),
  'host-give': applying('host-give'),
}

function applying(kind: StepClass): readonly GateCheck[] {
  return checks.filter((entry) => entry.appliesTo.includes(kind))
}

export type GateAnswer =
  | { readonly passed: true; readonly verdict: Verdict }
  | { readonly passed: false; readonly check: string; readonly refusal: Refusal; readonly verdict: Verdict }

/** Whether the step may be taken now; if not, the first thing that stands against it. */
export function passGate(world: GateWorld, proposal: Proposal): GateAnswer {
  return passStep(gateStep(world, proposal))
}

/** The same for a step that is looked at several times. */
export function passStep(step: GateStep): GateAnswer {
  for (const { name, refusal, check } of checksOf[step.kind]) {
    const verdict = check(step)
    if (verdict !== undefined) return { passed: false, check: name, refusal, verdict }
  }
  return { passed: true, verdict: passed(step.proposal) }
}

/** What stands against the step whatever is made of it by modes, budgets and confirmations: who proposes looks at it first. */
export function standsAgainst(step: GateStep): Verdict | undefined {
  for (const { name, check } of checksOf[step.kind]) {
    if (!ofTarget.has(name)) continue
    const verdict = check(step)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

/** Checks that look at nothing but the instance or host. */
const ofTarget: ReadonlySet<string> = new Set([
  'instance',
  'host',
  'state',
  'protection',
  'hold',
  'opt-out',
  'project-limit',
  'usage-age',
  'in-flight',
])

export interface CheckAnswer {
  readonly check: string
  readonly refusal: Refusal
  readonly passed: boolean
  readonly verdict: Verdict
}

/** What every check that applies says, for a person who wants to know all that stands in the way. */
export function inspectGate(world: GateWorld, proposal: Proposal): readonly CheckAnswer[] {
  const step = gateStep(world, proposal)
  return checksOf[step.kind].map(({ name, refusal, check }) => {
    const verdict = check(step)
    return { check: name, refusal, passed: verdict === undefined, verdict: verdict ?? passed(proposal) }
  })
}

export function gateStep(world: GateWorld, proposal: Proposal): GateStep {
  const snapshot = snapshotOf(world, targetId(proposal))
  const { instanceId, hostId } = proposal
  const instance = instanceId === undefined ? undefined : snapshot?.instanceById.get(instanceId)
  const host = isOnInstance(proposal) || hostId === undefined ? undefined : snapshot?.hostById.get(hostId)
  return { proposal, kind: stepClass(proposal), world, snapshot, instance, host }
}

/** Clouds are few: comparing beginnings is faster than cutting out the cloud's id and looking it up. */
function snapshotOf({ snapshots }: GateWorld, id: InstanceId | HostId): Snapshot | undefined {
  for (const snapshot of snapshots.values())
    if (id[snapshot.cloudId.length] === ':' && id.startsWith(snapshot.cloudId)) return snapshot
  return undefined
}

function passed(proposal: Proposal): Verdict {
  return { code: 'passed', sentence: `Nothing stands against ${proposal.action}.`, facts: {} }
}
