// `gleaner place`: where a request would go and who would have to leave for it. Asked of files it needs no server; with
// `--hosts live` the server answers for a cloud as it is now. Nothing is changed.
import { formatDurationMs, type Objective, type PlacementAnswer, placementCodes } from '@gleaner/model'
import { type PlacementFile, placeInFiles, readRequestFile } from '@gleaner/server'
import type { CommandContext } from '../command-context.ts'
import type { Multipliers } from '../program-parts.ts'
import { UsageError } from '../failure.ts'
import { readText } from './read-text.ts'

export interface PlaceWords {
  readonly hosts: string
  readonly request: string
  readonly objective?: Objective
  readonly cloud?: string
  readonly weigher?: Multipliers
}

const units: Readonly<Record<Objective, string>> = {
  'fewest-victims': '',
  'least-work': ' core-seconds of work lost',
  'billing-remainder': ' seconds of the billing period used up',
}
/** Codes that say no more than that the other hosts were better. */
const quiet = ['outweighed', 'dearer', 'room-elsewhere']

export async function place(context: CommandContext, words: PlaceWords): Promise<void> {
  if (words.hosts === 'live') return placeLive(context, words)
  if (words.cloud !== undefined) throw new UsageError('--cloud is for --hosts live.', 'Leave it out.')
  if (words.hosts === '-' && words.request === '-')
    throw new UsageError('Only one of the two files can be the standard input.', 'Give the other one by its path.')
  const { answer, warnings } = placeInFiles({
    hosts: read(words.hosts, context),
    request: read(words.request, context),
    objective: words.objective ?? 'fewest-victims',
    ...(words.weigher === undefined ? {} : { multipliers: words.weigher }),
  })
  warn(context, warnings)
  if (!answer.feasible) context.fail()
  if (!context.printJson(answer)) show(context, answer, words.objective)
}

/** The objective is that of the configuration unless one is given. */
async function placeLive(context: CommandContext, words: PlaceWords): Promise<void> {
  if (words.weigher !== undefined)
    throw new UsageError('--weigher is for files.', 'The server weighs as its configuration says (placement.weighers).')
  const { request, warnings } = readRequestFile(read(words.request, context))
  warn(context, warnings)
  const { objective, cloud } = words
  const live = await context.client.call('place', {
    body: { request, ...(objective === undefined ? {} : { objective }), ...(cloud === undefined ? {} : { cloud }) },
  })
  if (!live.answer.feasible) context.fail()
  if (context.printJson(live.answer)) return
  show(context, live.answer, objective)
  if (live.waits === true)
    context.say(
      'The room is what is left over of room that is being made for others: it will be free when they have it.',
    )
  if (live.action !== undefined && live.noticeS !== undefined) {
    context.line()
    context.say(`It would be told ${formatDurationMs(live.noticeS * 1000)} before: ${live.action}.`)
  }
}

function warn(context: CommandContext, warnings: readonly string[]): void {
  for (const warning of warnings) context.io.err(`gleaner: ${warning}\n`)
}

function read(name: string, context: CommandContext): PlacementFile {
  return { name, text: readText(name, context.io) }
}

function show(context: CommandContext, answer: PlacementAnswer, objective: Objective = 'fewest-victims'): void {
  const { refusal, placements, victims, cost } = answer
  if (refusal !== undefined) {
    context.say(refusal.sentence)
    for (const { sentence } of refusal.unblock) context.say(sentence, '  → ')
  } else {
    for (const [host, instances] of byHost(placements)) {
      context.line(`${instances.length === 1 ? 'One instance' : `${instances.length} instances`} on ${host}`)
    }
    context.line(victims.length === 0 ? 'Nobody has to leave.' : leaving(victims.length, cost, objective))
    if (victims.length > 0) context.table(victims, victimColumns)
  }
  const told = Object.entries(answer.reasons).filter(([, codes]) => !codes.includes('chosen'))
  if (told.length === 0) return
  context.line()
  context.table(histogram(told), [
    { title: 'hosts', cell: ({ hosts }) => `${hosts.length}`, right: true },
    { title: 'reason', cell: ({ code }) => code },
    { title: 'meaning', cell: ({ code }) => placementCodes[code], least: 20 },
    {
      title: 'for example',
      cell: ({ hosts, code }) => (quiet.includes(code) ? '' : hosts.slice(0, 3).join(', ')),
      least: 12,
      rank: 1,
    },
  ])
}

const victimColumns = [
  { title: 'leaves', cell: ({ id }: { readonly id: string }) => id },
  { title: 'from', cell: ({ host }: { readonly host: string }) => host },
]

function leaving(count: number, cost: number, objective: Objective): string {
  const who = count === 1 ? 'One preemptible instance has' : `${count} preemptible instances have`
  return `${who} to leave${units[objective] === '' ? '' : `, ${cost}${units[objective]}`}:`
}

function byHost(placements: PlacementAnswer['placements']): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { instance, host } of placements) found.set(host, [...(found.get(host) ?? []), instance])
  return found
}

type Code = PlacementAnswer['reasons'][string][number]

function histogram(reasons: readonly [string, readonly Code[]][]): { readonly code: Code; readonly hosts: string[] }[] {
  const counts = new Map<Code, string[]>()
  for (const [host, codes] of reasons)
    for (const code of codes) {
      const hosts = counts.get(code)
      if (hosts === undefined) counts.set(code, [host])
      else hosts.push(host)
    }
  return [...counts].map(([code, hosts]) => ({ code, hosts })).sort((a, b) => b.hosts.length - a.hosts.length)
}
