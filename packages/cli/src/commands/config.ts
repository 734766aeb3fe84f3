// `gleaner config check`: is the configuration right, can each cloud and each source of measurements be reached with the
// rights that are needed, do the series of a source belong to what is in its clouds, and, if wanted, does each meter answer;
// `gleaner config show`: what is configured, from where, with what effect. Neither needs a running server.
import type { Config } from '@gleaner/server'
import {
  checkFront,
  checkMeters,
  checkRules,
  loadConfig,
  makeClouds,
  makeSources,
  namesProjects,
  realClock,
  settingRemarks,
  subjectDirectory,
} from '@gleaner/server'
import { describeError, type Inventory, isError } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Column } from '../format/table.ts'

const checkTimeoutMs = 30_000
/** Of each meter; they are asked at the same time. */
const meterTimeoutMs = 15_000

type Source = ReturnType<typeof makeSources>[number]

interface CheckItem {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy?: string
}

interface Checked {
  readonly id: string
  readonly kind: string
  readonly address: string
  readonly items: readonly CheckItem[]
}

export async function configCheck(
  context: CommandContext,
  { config: file, meters: asksMeters = false }: { readonly config?: string | undefined; readonly meters?: boolean },
): Promise<void> {
  const config = load(context, file)
  const clouds: Checked[] = []
  const sources: Checked[] = []
  const inventories = new Map<string, Inventory>()
  const rules = rulesOf(config)
  if (!context.json) context.say(headOf(config, rules))
  if (rules !== undefined && !context.json) show(context, rules)
  const signalOf = () => AbortSignal.any([context.io.signal, AbortSignal.timeout(checkTimeoutMs)])
  const wanted = new Set<string>(config.sources.flatMap((source) => source.clouds))
  const meterSettings = asksMeters ? config.energy.meters : []
  for (const { clouds: named } of meterSettings) for (const cloud of named) wanted.add(cloud)
  if (namesProjects(config)) for (const cloud of config.cloudIds) wanted.add(cloud)
  for (const cloud of makeClouds(config, realClock)) {
    try {
      const checked = { id: cloud.id, kind: cloud.kind, address: cloud.address, items: await cloud.check(signalOf()) }
      clouds.push(checked)
      if (!context.json) show(context, checked)
      if (!wanted.has(cloud.id)) continue
      // A cloud that cannot be read has said so above.
      const inventory = await cloud.observe(signalOf()).catch(() => undefined)
      if (inventory !== undefined) inventories.set(cloud.id, inventory)
    } finally {
      await cloud.close()
    }
  }
  for (const source of makeSources(config, realClock)) {
    try {
      const items = [...(await source.check(signalOf())), ...(await matching(source, inventories, signalOf()))]
      const checked = { id: source.id, kind: source.kind, address: source.address, items }
      sources.push(checked)
      if (!context.json) show(context, checked)
    } finally {
      await source.close()
    }
  }
  const meters = await metersOf(context, config, { settings: meterSettings, inventories })
  if (!context.json) for (const checked of meters) show(context, checked)
  const front = await checkedFront(context, config)
  if (front !== undefined && !context.json) show(context, front)
  const remarks = remarksOf(config, inventories)
  if (!context.json && remarks.length > 0) {
    context.line()
    context.say(context.style('settings', 'bold'))
    for (const remark of remarks) context.say(remark, `  ${context.style('!', 'yellow')} `)
  }
  const all = [
    ...clouds,
    ...sources,
    ...meters,
    ...(front === undefined ? [] : [front]),
    ...(rules === undefined ? [] : [rules]),
  ]
  if (all.some(({ items }) => items.some(({ ok }) => !ok))) context.fail()
  if (
    context.printJson({
      file: config.file ?? null,
      clouds,
      sources,
      ...(asksMeters ? { meters } : {}),
      ...(front === undefined ? {} : { front }),
      remarks,
      ...(rules === undefined ? {} : { rules }),
    })
  )
    return
  if (clouds.length === 0) context.say('No cloud is configured; docs/configuration.md tells how to connect one.')
}

/** What may not be meant, and is no fault. Of a cloud that was read in part nobody knows which projects it has. */
function remarksOf(config: Config, inventories: ReadonlyMap<string, Inventory>): readonly string[] {
  const clouds = new Map(
    config.cloudIds.map((id) => {
      const inventory = inventories.get(id)
      return [id, { snapshot: (inventory?.gaps ?? []).length > 0 ? undefined : inventory }]
    }),
  )
  return settingRemarks(config, clouds).map(({ sentence }) => sentence)
}

function headOf({ file }: Config, rules: Checked | undefined): string {
  if (file === undefined) return 'No configuration file: defaults and environment only'
  return `${file}: ${rules === undefined ? 'right' : 'not all of it is right'}`
}

/** Only where one of them takes no part. */
function rulesOf({ rules }: Config): Checked | undefined {
  const items = checkRules(rules)
  return items.length === 0
    ? undefined
    : { id: 'rules', kind: 'configuration', address: `${rules.length} in all`, items }
}

async function metersOf(
  { io }: CommandContext,
  config: Config,
  {
    settings,
    inventories,
  }: { readonly settings: Config['energy']['meters']; readonly inventories: ReadonlyMap<string, Inventory> },
): Promise<readonly Checked[]> {
  if (settings.length === 0) return []
  // A simulated meter measures a simulated cloud.
  const clouds = makeClouds(config, realClock)
  try {
    return await checkMeters(settings, {
      clock: realClock,
      clouds,
      hostsOf: (cloudId) => inventories.get(cloudId)?.hosts ?? [],
      signal: io.signal,
      timeoutMs: meterTimeoutMs,
    })
  } finally {
    for (const cloud of clouds) await cloud.close()
  }
}

async function checkedFront(context: CommandContext, { front }: Config): Promise<Checked | undefined> {
  if (front === undefined) return undefined
  const items = await checkFront(front, AbortSignal.any([context.io.signal, AbortSignal.timeout(checkTimeoutMs)]))
  return { id: 'front', kind: 'nova', address: front.upstream.href, items }
}

/** Whether the series of a source find their hosts and instances; nothing when that cannot be tried. */
async function matching(
  source: Source,
  inventories: ReadonlyMap<string, Inventory>,
  signal: AbortSignal,
): Promise<readonly CheckItem[]> {
  const known = source.clouds.flatMap((cloudId) => inventories.get(cloudId) ?? [])
  if (known.length === 0) return []
  try {
    const { batch, notes } = await source.sample(subjectDirectory(known, 'check'), signal)
    if (notes.series === 0) return []
    const lost = notes.unmatched + notes.ambiguous
    const examples = [...notes.examples.ambiguous, ...notes.examples.unmatched].slice(0, 3).join(', ')
    return [
      {
        what: 'belongs to',
        ok: lost < notes.series && notes.ambiguous === 0,
        detail: `${notes.series - lost} of ${notes.series} series belong to ${new Set(batch.subjects).size} hosts and instances${lost === 0 ? '' : `, ${notes.unmatched} to none, ${notes.ambiguous} to more than one: ${examples}`}`,
        remedy: 'Say under names of the source what they are called here, or see docs/guides/telemetry-sources.md.',
      },
    ]
  } catch (error) {
    signal.throwIfAborted()
    // An error of a kind that the check has told already is not told twice.
    return isError(error, 'source-unavailable', 'source-refused', 'source-missing')
      ? []
      : [{ what: 'gives samples', ok: false, detail: describeError(error), remedy: isError(error) ? error.remedy : '' }]
  }
}

function show(context: CommandContext, checked: Checked): void {
  context.line()
  context.say(`${context.style(checked.id, 'bold')} (${checked.kind}): ${checked.address}`)
  for (const { what, ok, detail, remedy } of checked.items) {
    context.say(`${what}: ${detail}`, `  ${context.style(ok ? '✓' : '✗', ok ? 'green' : 'red')} `)
    if (!ok && remedy !== undefined) context.say(remedy, '    ')
  }
}

export function configShow(context: CommandContext, file: string | undefined): void {
  const config = load(context, file)
  if (context.printJson({ file: config.file ?? null, items: config.origins })) return
  context.table(config.origins, columns)
}

type Origin = Config['origins'][number]

const columns: readonly Column<Origin>[] = [
  { title: 'setting', cell: (origin) => origin.name },
  { title: 'value', cell: (origin) => valueText(origin.value), least: 12 },
  { title: 'from', cell: (origin) => origin.where ?? origin.source, least: 10 },
  { title: 'effect', cell: (origin) => origin.effect, least: 16, rank: 1 },
]

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

export function load({ io }: CommandContext, file: string | undefined): Config {
  return loadConfig({ file, environment: io.environment, directory: io.directory })
}
