// Makes a report of a span out of what is stored, about what whoever gets it is told of.
import {
  type Capability,
  type CloudId,
  cloudOf,
  type Instance,
  type InstanceId,
  nativeOf,
  type ProjectId,
  type ReportBody,
} from '@gleaner/model'
import type { Store } from '@gleaner/ports'
import { hourKey } from '../api/system/saved-energy.ts'
import { savingsReachMs } from '../api/system/savings-view.ts'
import type { LiveState } from '../state/live-state.ts'
import { type ReportInput, type ReportRow, reportHours, reportRows, reportTotal } from './report-figures.ts'
import { reportSubject, reportText, type ReportWords } from './report-text.ts'

export interface ReportOrder {
  readonly id: string
  readonly fromMs: number
  readonly toMs: number
  readonly timeZone: string
  readonly publicUrl: string | undefined
  /** As its receiver names them; undefined: all. */
  readonly projects: readonly string[] | undefined
  readonly concerns: (what: {
    readonly capability: Capability
    readonly projectId: ProjectId | undefined
    readonly projectName: string
    readonly cloudId: CloudId
  }) => boolean
}

export async function makeReport(
  { store, state }: { readonly store: Store; readonly state: Pick<LiveState, 'clouds' | 'plan'> },
  order: ReportOrder,
): Promise<ReportBody> {
  const { fromMs, toMs, concerns } = order
  const [journal, holds, observed] = await Promise.all([
    store.journal.since(fromMs - savingsReachMs),
    store.holds.since(fromMs - savingsReachMs),
    store.proposals.observed({ startMs: fromMs, endMs: toMs }),
  ])
  const snapshots = [...state.clouds.values()].flatMap(({ snapshot }) => snapshot ?? [])
  const instanceById = new Map<InstanceId, Instance>(
    snapshots.flatMap(({ instances }) => instances.map((instance) => [instance.id, instance] as const)),
  )
  const projectNames = new Map(snapshots.flatMap(({ projects }) => projects.map(({ id, name }) => [id, name] as const)))
  const projectName = (id: ProjectId | undefined) => (id === undefined ? '' : (projectNames.get(id) ?? nativeOf(id)))
  const isMeant = ({ capability, projectId, ...target }: Told) => {
    const of = target.instanceId ?? target.hostId
    return (
      of !== undefined && concerns({ capability, projectId, projectName: projectName(projectId), cloudId: cloudOf(of) })
    )
  }
  // What it gives is measured anew in each cycle; it is stored as it was when something else of it changed last.
  const inPlan = new Map((state.plan?.proposals ?? []).map((proposal) => [proposal.id, proposal]))
  const bare: ReportInput = {
    journal: journal.filter(({ intendedAtMs, ...entry }) => intendedAtMs < toMs && isMeant(entry)),
    observed: observed.map((proposal) => inPlan.get(proposal.id) ?? proposal).filter(isMeant),
    instanceById,
    holds,
    fromMs,
    toMs,
  }
  const hours = await store.energy.tenantHours(reportHours(bare))
  const input = { ...bare, hours: new Map(hours.map((hour) => [hourKey(hour), hour])) }
  const rules = reportRows(input, ({ cause }) => cause)
  const byProject = reportRows(input, ({ projectId }) => projectName(projectId)).filter(({ name }) => name !== '')
  const links =
    order.publicUrl === undefined ? [] : ['plan', 'rules', 'history'].map((page) => `${order.publicUrl}/${page}`)
  const total = reportTotal(input)
  const names = order.projects?.map((each) => projectNames.get(each as ProjectId) ?? each)
  const words: ReportWords = {
    fromMs,
    toMs,
    timeZone: order.timeZone,
    projects: names,
    total,
    rules,
    byProject,
    nameOf: (id) => instanceById.get(id as InstanceId)?.name ?? nativeOf(id as InstanceId),
    links,
  }
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    version: 1,
    id: order.id,
    kind: 'report',
    at: iso(toMs),
    from: iso(fromMs),
    to: iso(toMs),
    projects: names === undefined ? null : [...names],
    subject: reportSubject(words),
    text: reportText(words),
    ...total,
    rules: rules.map(lineOf),
    byProject: byProject.map(lineOf),
    links,
  }
}

interface Told {
  readonly capability: Capability
  readonly projectId: ProjectId | undefined
  readonly instanceId: InstanceId | undefined
  readonly hostId: Instance['hostId']
}

function lineOf({ name, done, would }: ReportRow) {
  return { name, done, would }
}
