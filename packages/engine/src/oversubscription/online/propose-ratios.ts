// The capability `oversubscription`: from the estimates to what the clouds' schedulers should sell of each host.
//
// Per host and resource, with the aim of ratio-aim.ts taken for this moment:
//   lowered, at once   to the aim when more is sold than that; to what is booked and no more when the estimate was exceeded,
//                      in the scope before or since, by more than a hundredth of the capacity; to the aim of a full host when
//                      nothing was measured for too long
//   raised, slowly     when more than twice the deadband could be sold; to the aim less the deadband; at most by the largest
//                      step over what was sold at the end of the scope; and only after enough estimates were judged, in a
//                      row held, and with enough confidence
// A ratio below the operator's smallest was set on purpose and is left alone. In between nothing changes: an aim that swings within the deadband moves nothing. Both resources of a host make one step
// for each direction. What would be raised but for one of the conditions is told as refused.
// Leaves to others: modes, people, budgets, fresh data (the gate).
import {
  type Candidate,
  type Host,
  type HostId,
  type HostStepKind,
  noYield,
  type PeakEstimate,
  type ReasonCode,
  type StepSetting,
  type Verdict,
  type Yield,
  formatFigures,
  formatMemoryMiB,
} from '@gleaner/model'
import type { ActionSupports } from '../../ledger/action-support.ts'
import { holdingTable } from '../../ledger/holding.ts'
import { type CapabilityAnswer, countReason, type ReasonCounts, type Refused } from '../../plan/capability-answer.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import type { OnlineEstimator } from './online-estimator.ts'
import type { RatioLimits, RatioOptions } from './online-options.ts'
import { type PeakNow, peakNow } from './peak-now.ts'
import { ratioAim, ratioOfBooked } from './ratio-aim.ts'

/** The highest use by firm instances since a moment; NaN where it was not measured. */
export interface UsedSince {
  readonly cores: number
  readonly memoryMiB: number
}

export interface RatioInput {
  readonly snapshots: Iterable<Snapshot>
  readonly estimator: OnlineEstimator
  /** What is not above `bound` need not be exact. */
  readonly usedSince: (host: Host, fromMs: number, bound: UsedSince) => UsedSince
  readonly supports: ActionSupports
  readonly ratios: RatioOptions
  readonly headroomShare: number
  readonly nowMs: number
}

/** Name of what asks for the steps, as people read it. */
export const ratioCause = 'estimate'

const noInstances = [] as const
/** A ratio that differs by less is the same one. */
const ratioTolerance = 1e-3
const exceededShare = 0.01

export function proposeRatios(input: RatioInput): CapabilityAnswer {
  const candidates: Candidate[] = []
  const refused: Refused[] = []
  const reasons: ReasonCounts = {}
  for (const snapshot of input.snapshots) {
    const support = input.supports.get(snapshot.cloudId)
    if (support?.has('raise-ratio') !== true) continue
    const holding = holdingTable(support)
    for (const host of snapshot.hosts) {
      const estimate = input.estimator.estimateOf(host.id)
      if (estimate === undefined || host.kind !== 'hypervisor') continue
      const instances = snapshot.instancesOfHost.get(host.id) ?? noInstances
      const { keepMs } = input.estimator.options
      const known = input.estimator.knownOn(host.id)
      const peak = peakNow({ host, instances, holding }, { estimate, known, keepMs, nowMs: input.nowMs })
      const since = input.usedSince(host, estimate.atMs, peak)
      const wishes = [
        wishFor('cores', { host, peak, since, estimate: estimate.cores, input }),
        wishFor('memoryMiB', { host, peak, since, estimate: estimate.memoryMiB, input }),
      ]
      for (const action of ['lower-ratio', 'raise-ratio'] as const) {
        const wanted = wishes.filter((wish) => wish?.action === action && wish.target !== undefined)
        if (wanted.length === 0) continue
        const candidate = candidateOf(host, action, wanted as Wanted[])
        countReason(reasons, candidate.reason.code)
        candidates.push(candidate)
      }
      const held = wishes.find((wish) => wish !== undefined && wish.target === undefined)
      if (held === undefined) continue
      countReason(reasons, held.verdict.code)
      refused.push(about(host.id, held))
    }
  }
  return { candidates, refused, reasons }
}

type Resource = 'cores' | 'memoryMiB'

interface Wish {
  readonly resource: Resource
  readonly action: 'raise-ratio' | 'lower-ratio'
  /** Undefined: it would be raised, but for what the verdict says. */
  readonly target: number | undefined
  readonly current: number
  readonly usable: number
  readonly verdict: Verdict
}

type Wanted = Wish & { readonly target: number }

interface WishParts {
  readonly host: Host
  readonly peak: PeakNow
  readonly since: UsedSince
  readonly estimate: PeakEstimate
  readonly input: RatioInput
}

function wishFor(resource: Resource, parts: WishParts): Wish | undefined {
  const { host, peak, estimate, input } = parts
  const current = resource === 'cores' ? host.coreRatio : host.memoryRatio
  const limits = input.ratios[resource]
  if (current === undefined || current < limits.min - ratioTolerance) return undefined
  const figures = {
    capacity: Math.max(
      0,
      resource === 'cores' ? host.cores - host.reservedCores : host.memoryMiB - host.reservedMemoryMiB,
    ),
    booked: resource === 'cores' ? peak.bookedCores : peak.bookedMemoryMiB,
    estimate: peak[resource],
  }
  const say = (code: ReasonCode, sentence: string, more: Verdict['facts'] = {}): Verdict => ({
    code,
    sentence,
    facts: {
      usable: figures.capacity,
      booked: figures.booked,
      estimate: figures.estimate,
      ratio: current,
      confidence: estimate.confidence,
      judged: estimate.record.judged,
      violationRate: estimate.record.violationRate,
      ...more,
    },
  })
  const base = { resource, current, usable: figures.capacity }
  const exceeded = exceededBy(resource, parts, figures.estimate)
  const aim = exceeded > 0 ? ratioOfBooked(figures, limits) : ratioAim(figures, limits, input.headroomShare)
  if (current > aim + ratioTolerance) {
    const verdict = lowerVerdict({ say, resource, aim, exceeded, isStale: peak.isStale })
    return { ...base, action: 'lower-ratio', target: aim, verdict }
  }
  const { deadband } = input.ratios
  if (peak.isStale || exceeded > 0 || !(aim >= current + 2 * deadband - 1e-9)) return undefined
  const target = raisedTo({ aim: aim - deadband, from: estimate.ratioInForce ?? current, limits })
  if (!(target > current + ratioTolerance)) return undefined
  const against = notYet(estimate, input.ratios, say)
  if (against !== undefined) return { ...base, action: 'raise-ratio', target: undefined, verdict: against }
  const amount = show[resource]
  const sentence = `Of ${amount(figures.capacity)} that can be used ${amount(figures.booked)} are promised and at most ${amount(figures.estimate)} expected to be used: ${target} times what there is can be sold, ${round(current)} times is.`
  return { ...base, action: 'raise-ratio', target, verdict: say('estimate-room', sentence, { aim, target }) }
}

const show: Readonly<Record<Resource, (value: number) => string>> = {
  cores: (value) => `${formatFigures(value)} cores`,
  memoryMiB: formatMemoryMiB,
}

/** By how much more was used than the estimate said: since it was made, or in the scope before; 0 when it held. */
function exceededBy(resource: Resource, { estimate, since }: WishParts, expected: number): number {
  const tolerance = exceededShare * estimate.capacity
  const lately = since[resource] - expected
  if (lately > tolerance) return lately
  return estimate.violation > tolerance ? estimate.violation : 0
}

interface LowerParts {
  readonly say: (code: ReasonCode, sentence: string, more?: Verdict['facts']) => Verdict
  readonly resource: Resource
  readonly aim: number
  readonly exceeded: number
  readonly isStale: boolean
}

function lowerVerdict({ say, resource, aim, exceeded, isStale }: LowerParts): Verdict {
  const facts = { aim, exceeded }
  if (exceeded > 0)
    return say(
      'estimate-exceeded',
      `${show[resource](exceeded)} more than estimated was used; nothing beyond what is booked is sold until the next estimates hold.`,
      facts,
    )
  if (isStale)
    return say(
      'estimate-stale',
      'Nothing was measured here for too long: the physical capacity counts, and nothing beyond it is sold.',
      facts,
    )
  const room = aim === 1 ? 'no room beyond what there is' : `room for ${aim} times what there is`
  return say('estimate-oversold', `The estimated peak leaves ${room}; more is sold.`, facts)
}

interface RaiseParts {
  readonly aim: number
  readonly from: number
  readonly limits: RatioLimits
}

/** In hundredths, so that the cloud says the same number afterwards. */
function raisedTo({ aim, from, limits }: RaiseParts): number {
  const highest = Math.min(aim, from + limits.largestStep, limits.max)
  return Math.floor(highest * 100 + 1e-9) / 100
}

function notYet(estimate: PeakEstimate, ratios: RatioOptions, say: LowerParts['say']): Verdict | undefined {
  const { calmScopes, confidence, record } = estimate
  const { judged } = record
  if (judged < ratios.learnScopes)
    return say('estimate-learning', `${judged} of ${ratios.learnScopes} estimates could be judged so far.`, {
      needed: ratios.learnScopes,
    })
  if (calmScopes < ratios.calmScopes)
    return say(
      'estimate-recovering',
      `An estimate was exceeded ${calmScopes} scopes ago; ${ratios.calmScopes} in a row must hold.`,
      { calmScopes, needed: ratios.calmScopes },
    )
  if (!(confidence >= ratios.leastConfidence))
    return say('estimate-unsure', `The confidence is ${round(confidence)}; ${ratios.leastConfidence} is needed.`, {
      needed: ratios.leastConfidence,
    })
  return undefined
}

function candidateOf(host: Host, action: HostStepKind, wishes: readonly Wanted[]): Candidate {
  const setting: { -readonly [Name in keyof StepSetting]: StepSetting[Name] } = {}
  for (const { resource, target } of wishes) setting[resource === 'cores' ? 'coreRatio' : 'memoryRatio'] = target
  const [first] = wishes as readonly [Wanted, ...Wanted[]]
  const reason =
    wishes.length === 1
      ? first.verdict
      : {
          ...first.verdict,
          sentence: wishes
            .map(({ resource, verdict }) => `${resource === 'cores' ? 'Cores' : 'Memory'}: ${verdict.sentence}`)
            .join(' '),
        }
  return {
    capability: 'oversubscription',
    // What protects the firm instances goes before everything that merely gains.
    claim: action === 'lower-ratio' ? 'firm-instance' : 'lending',
    action,
    setting,
    instanceId: undefined,
    projectId: undefined,
    hostId: host.id,
    cause: ratioCause,
    ruleId: undefined,
    ruleRevision: undefined,
    mode: 'enforce',
    priority: 0,
    graceMs: 0,
    reason,
    gives: action === 'raise-ratio' ? gainOf(wishes) : noYield,
  }
}

function gainOf(wishes: readonly Wanted[]): Yield {
  const gain = (resource: Resource) =>
    wishes.reduce((sum, wish) => sum + (wish.resource === resource ? wish.usable * (wish.target - wish.current) : 0), 0)
  return { ...noYield, sellableCores: gain('cores'), sellableMemoryMiB: gain('memoryMiB') }
}

function about(hostId: HostId, { action, verdict }: Wish): Refused {
  return { instanceId: undefined, hostId, action, cause: ratioCause, verdict }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
