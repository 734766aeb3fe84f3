// What a rule would match now and would have matched over the past day, among the instances the caller may see. The work
// is done in slices of a few milliseconds, so that nothing else waits for it; it ends when the caller has gone; and at
// most two are under way at a time, in the order they came.
import {
  type PreviewedInstance,
  type RulePreview,
  beginPreview,
  buildInstanceTable,
  compileRule,
  type ReachPolicy,
  reachDifference,
  ruleReach,
} from '@gleaner/engine'
import {
  type endpoints,
  formatDurationMs,
  type ProjectId,
  type RuleDefinition,
  type RulePreviewView,
} from '@gleaner/model'
import type { Visibility } from '../../auth/visibility.ts'
import type { Handler } from '../handler.ts'
import { policyNow } from '../../state/policy-now.ts'
import { timeText } from '../view/time-text.ts'
import type { WorldIndex } from '../view/world-index.ts'
import { Turnstile } from './turnstile.ts'
import { faultView } from './fault-view.ts'

const sliceMs = 10
const sliceInstances = 50
const turnstile = new Turnstile(2)

export const previewRule: Handler<typeof endpoints.previewRule> = async ({ app, body, sight, world, whenGone }) => {
  const compiled = compileRule(body.definition)
  if (!compiled.ok) return { faults: compiled.faults.map(faultView) }
  const signal = whenGone()
  return turnstile.pass(signal, async () => {
    const all = app.insight.ruleInput()
    const input = sight.all ? all : { ...all, table: visibleTable(world(), sight, all.telemetry) }
    const preview = beginPreview(compiled.rule, input)
    await inSlices(preview, input.table.instances.length, signal)
    const limit = body.limit ?? 20
    const from = { world: world(), table: input.table }
    const inForce = { policy: policyNow(app), nowMs: app.clock.nowMs() }
    return {
      faults: [],
      result: {
        ...resultOf(preview, limit, from),
        ...reachOf(preview, from, { ...inForce, definition: body.definition, limit }),
      },
    }
  })
}

function visibleTable(
  world: WorldIndex,
  sight: Visibility,
  telemetry: Parameters<typeof buildInstanceTable>[1],
): ReturnType<typeof buildInstanceTable> {
  const visible = world.snapshots.map(({ hosts, instances, projects }) => ({
    hosts,
    instances: instances.filter((instance) => sight.sees(instance.projectId)),
    projects,
  }))
  return buildInstanceTable(visible, telemetry)
}

async function inSlices(preview: RulePreview, length: number, signal: AbortSignal): Promise<void> {
  let beganMs = performance.now()
  for (let at = 0; at < length; at += sliceInstances) {
    preview.advance(at, at + sliceInstances)
    if (performance.now() - beganMs < sliceMs) continue
    await new Promise((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    beganMs = performance.now()
  }
}

type Result = NonNullable<RulePreviewView['result']>

interface Previewed {
  readonly world: WorldIndex
  readonly table: ReturnType<typeof buildInstanceTable>
}

interface Reaching extends ReachPolicy {
  readonly definition: RuleDefinition
  readonly limit: number
}

/** How far it would go: by the modes in force, and by what holds in the projects that have matches. */
function reachOf(
  preview: RulePreview,
  { world, table }: Previewed,
  { definition, limit, ...inForce }: Reaching,
): Pick<Result, 'mode' | 'held'> {
  const written = ruleReach(definition, undefined, inForce)
  const counts = new Map<ProjectId, number>()
  for (const index of preview.matchedNow) {
    const projectId = table.instances[index]?.projectId
    if (projectId !== undefined) counts.set(projectId, (counts.get(projectId) ?? 0) + 1)
  }
  const held = [...counts].flatMap(([projectId, instances]) => {
    const reach = ruleReach(definition, projectId, inForce)
    const sentence = reachDifference(reach, written)
    if (sentence === undefined) return []
    const steps = reach.steps.map(({ action, graceMs, isBarred }) => ({
      action,
      grace: formatDurationMs(graceMs),
      barred: isBarred,
    }))
    const { mode, hasOptedOut: optedOut } = reach
    return [{ project: world.projectName(projectId), instances, mode, optedOut, steps, sentence }]
  })
  held.sort((a, b) => b.instances - a.instances || (a.project < b.project ? -1 : 1))
  return { mode: written.mode, held: held.slice(0, limit) }
}

function resultOf(preview: RulePreview, limit: number, from: Previewed): Omit<Result, 'mode' | 'held'> {
  const views = (previewed: readonly PreviewedInstance[]) =>
    previewed.flatMap(({ index, explanation }) => {
      const instance = from.table.instances[index]
      if (instance === undefined) return []
      const { id, name, projectId } = instance
      return [{ id, name, project: from.world.projectName(projectId), sentence: explanation.verdict.sentence }]
    })
  return {
    covered: preview.covered,
    matched: views(preview.explainMatched(limit)),
    matchedTotal: preview.matchedTotal,
    nearly: views(preview.explainNearly(limit)),
    unknown: views(preview.explainUnknown(limit)),
    unknownTotal: preview.unknownTotal,
    failing: preview.failing.map(({ clause, instances }) => ({ clause, instances })),
    pastDay: preview.pastDay.map(({ atMs, matched, unknown }) => ({ at: timeText(atMs), matched, unknown })),
    matchedOverPastDay: preview.matchedOverPastDay,
  }
}
