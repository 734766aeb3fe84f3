// The figures of a report: what was done over a span, from the journal, and what rules in mode observe would have done, from what they
// watched. What is watched counts from the moment its grace would have been over until the rule no longer matched. Energy is an estimate as in the
// savings: from what the work of the instance drew in the hour before, and not known where nothing was metered.
import { savedEnergyJ, wholeHourBefore } from '@gleaner/engine'
import {
  type ActionKind,
  hourMs,
  type InstanceId,
  isHostStep,
  joulesPerKWh,
  type Proposal,
  type ReportFigures,
  type TenantHourKey,
} from '@gleaner/model'
import { hourKey } from '../api/system/saved-energy.ts'
import { hoursBefore, type Savings, type SavingsInput, savingsBy, savingsOf } from '../api/system/savings.ts'

export interface ReportInput extends SavingsInput {
  /** What rules watched in mode observe. */
  readonly observed: readonly Proposal[]
}

export interface ReportRow {
  readonly name: string
  readonly done: ReportFigures
  readonly would: ReportFigures
  /** What it would have been done to, and what: each instance once, in the order of their names. */
  readonly wouldDo: readonly { readonly action: ActionKind; readonly instances: readonly InstanceId[] }[]
}

/** Of an action by itself, and of many by whoever asked for it. */
export type RowKey = (entry: { readonly cause: string; readonly projectId: Proposal['projectId'] }) => string

export function reportTotal(input: ReportInput): Pick<ReportRow, 'done' | 'would'> {
  return { done: doneFigures(savingsOf(input)), would: wouldFigures(input.observed, input) }
}

export function reportRows(input: ReportInput, keyOf: RowKey): readonly ReportRow[] {
  const done = new Map(savingsBy(input, keyOf).map(({ key, ...savings }) => [key, savings]))
  const watched = grouped(
    input.observed.filter((proposal) => awayMs(proposal, input) > 0),
    keyOf,
  )
  return [...new Set([...done.keys(), ...watched.keys()])]
    .map((name): ReportRow => {
      const savings = done.get(name)
      const proposals = watched.get(name) ?? []
      return {
        name,
        done: savings === undefined ? nothing : doneFigures(savings),
        would: wouldFigures(proposals, input),
        wouldDo: deedsOf(proposals),
      }
    })
    .filter(
      ({ done: { actions, coreHours, memoryGiBHours }, would }) =>
        actions + coreHours + memoryGiBHours + would.actions > 0,
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Hours of work whose energy has to be known. */
export function reportHours(input: ReportInput): readonly TenantHourKey[] {
  const keys = [...hoursBefore(input), ...input.observed.flatMap((proposal) => hourOf(proposal, input) ?? [])]
  return [...new Map(keys.map((key) => [hourKey(key), key])).values()]
}

function grouped(
  proposals: readonly Proposal[],
  keyOf: (proposal: Proposal) => string,
): ReadonlyMap<string, readonly Proposal[]> {
  const groups = new Map<string, Proposal[]>()
  for (const proposal of proposals) {
    const group = groups.get(keyOf(proposal))
    if (group === undefined) groups.set(keyOf(proposal), [proposal])
    else group.push(proposal)
  }
  return groups
}

/** Steps on hosts are nothing that anybody would have had done to an instance. */
function deedsOf(proposals: readonly Proposal[]): ReportRow['wouldDo'] {
  const deeds = new Map<ActionKind, Set<InstanceId>>()
  for (const { action, instanceId } of proposals) {
    if (instanceId === undefined || isHostStep(action)) continue
    const instances = deeds.get(action)
    if (instances === undefined) deeds.set(action, new Set([instanceId]))
    else instances.add(instanceId)
  }
  return [...deeds].map(([action, instances]) => ({ action, instances: [...instances] }))
}

const nothing: ReportFigures = { actions: 0, coreHours: 0, memoryGiBHours: 0, kWh: null, kWhUnknownOf: 0 }

function doneFigures({ actionsDone, hours, energy }: Savings): ReportFigures {
  return {
    actions: actionsDone,
    coreHours: hours.physicalCores,
    memoryGiBHours: hours.physicalMemoryMiB / 1024,
    kWh: energy.knownOf === 0 ? null : energy.savedJ / joulesPerKWh,
    kWhUnknownOf: energy.unknownOf,
  }
}

function wouldFigures(proposals: readonly Proposal[], input: ReportInput): ReportFigures {
  const instances = new Set<InstanceId>()
  const sum = { coreHours: 0, memoryGiBHours: 0, kWhUnknownOf: 0 }
  let savedJ: number | undefined
  for (const proposal of proposals) {
    const lengthMs = awayMs(proposal, input)
    if (proposal.instanceId === undefined || !(lengthMs > 0)) continue
    instances.add(proposal.instanceId)
    const { physicalCores, physicalMemoryMiB } = proposal.gives
    sum.coreHours += (physicalCores * lengthMs) / hourMs
    sum.memoryGiBHours += ((physicalMemoryMiB / 1024) * lengthMs) / hourMs
    if (physicalCores === 0 && physicalMemoryMiB === 0) continue
    const hour = hourOf(proposal, input)
    const ofIt = savedEnergyJ(hour && input.hours?.get(hourKey(hour)), lengthMs)
    if (ofIt === undefined) sum.kWhUnknownOf++
    else savedJ = (savedJ ?? 0) + ofIt
  }
  return { actions: instances.size, ...sum, kWh: savedJ === undefined ? null : savedJ / joulesPerKWh }
}

/** How long it would have been as the rule wants it, within the span. */
function awayMs(proposal: Proposal, { fromMs, toMs }: ReportInput): number {
  if (isHostStep(proposal.action)) return 0
  const endMs = proposal.state === 'observed' ? toMs : Math.min(toMs, proposal.updatedAtMs)
  return endMs - Math.max(fromMs, wouldBeginMs(proposal))
}

const wouldBeginMs = ({ createdAtMs, graceMs }: Proposal) => createdAtMs + graceMs

function hourOf(proposal: Proposal, input: ReportInput): TenantHourKey | undefined {
  const { instanceId, hostId } = proposal
  if (instanceId === undefined || hostId === undefined || !(awayMs(proposal, input) > 0)) return undefined
  return { instanceId, hostId, atMs: wholeHourBefore(Math.max(input.fromMs, wouldBeginMs(proposal))) }
}
