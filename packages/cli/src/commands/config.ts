// `gleaner config check`: is the configuration right, and can each cloud be reached with the rights that are needed;
// `gleaner config show`: what is configured, from where, with what effect. Neither needs a running server.
import type { Config } from '@gleaner/server'
import { checkFront, loadConfig, makeClouds, realClock } from '@gleaner/server'
import type { CommandContext } from '../command-context.ts'
import type { Column } from '../format/table.ts'

const checkTimeoutMs = 30_000

interface CheckedCloud {
  readonly id: string
  readonly kind: string
  readonly address: string
  readonly items: readonly {
    readonly what: string
    readonly ok: boolean
    readonly detail: string
    readonly remedy?: string
  }[]
}

export async function configCheck(context: CommandContext, file: string | undefined): Promise<void> {
  const config = load(context, file)
  const clouds: CheckedCloud[] = []
  if (!context.json)
    context.say(
      `${config.file ?? 'No configuration file'}: ${config.file === undefined ? 'defaults and environment only' : 'right'}`,
    )
  for (const cloud of makeClouds(config, realClock)) {
    const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(checkTimeoutMs)])
    try {
      const items = await cloud.check(signal)
      const checked = { id: cloud.id, kind: cloud.kind, address: cloud.address, items }
      clouds.push(checked)
      if (!context.json) showCloud(context, checked)
    } finally {
      await cloud.close()
    }
  }
  const front = await checkedFront(context, config)
  if (front !== undefined && !context.json) showCloud(context, front)
  if ([...clouds, ...(front === undefined ? [] : [front])].some(({ items }) => items.some(({ ok }) => !ok)))
    context.fail()
  if (context.printJson({ file: config.file ?? null, clouds, ...(front === undefined ? {} : { front }) })) return
  if (clouds.length === 0) context.say('No cloud is configured; docs/configuration.md tells how to connect one.')
}

async function checkedFront(context: CommandContext, { front }: Config): Promise<CheckedCloud | undefined> {
  if (front === undefined) return undefined
  const items = await checkFront(front, AbortSignal.any([context.io.signal, AbortSignal.timeout(checkTimeoutMs)]))
  return { id: 'front', kind: 'nova', address: front.upstream.href, items }
}

function showCloud(context: CommandContext, cloud: CheckedCloud): void {
  context.line()
  context.say(`${context.style(cloud.id, 'bold')} (${cloud.kind}): ${cloud.address}`)
  for (const { what, ok, detail, remedy } of cloud.items) {
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
