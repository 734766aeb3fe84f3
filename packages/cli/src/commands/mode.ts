// `gleaner mode`: how far each capability may go, and setting it.
import { type Capability, type Mode, type ModeView, capabilities, modes } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { UsageError } from '../failure.ts'
import { type Column, byState } from '../format/table.ts'

const meanings: Readonly<Record<Mode, string>> = {
  off: 'it does not even look',
  observe: 'it records what it would do',
  advise: 'it acts when a person approves',
  enforce: 'it acts by itself, through the gate',
}

export async function mode(context: CommandContext, capability?: string, wanted?: string): Promise<void> {
  if (capability === undefined || wanted === undefined) return list(context, capability)
  const view = await context.client.call('setMode', {
    params: { capability: nameOf(capability, capabilities, 'capability') as Capability },
    body: { mode: nameOf(wanted, modes, 'mode') as Mode },
  })
  if (context.printJson(view)) return
  context.line(`${view.capability} is in ${view.mode}: ${meanings[view.mode]}`)
}

async function list(context: CommandContext, capability: string | undefined): Promise<void> {
  const status = await context.client.call('getStatus')
  const shown = status.modes.filter((view) => capability === undefined || view.capability === capability)
  if (shown.length === 0) nameOf(capability ?? '', capabilities, 'capability')
  if (context.printJson({ items: shown })) return
  context.table(shown, columns)
}

const columns: readonly Column<ModeView>[] = [
  { title: 'capability', cell: (view) => view.capability },
  { title: 'mode', cell: (view) => view.mode, colour: byState((view) => view.mode) },
  { title: 'set by', cell: (view) => view.source },
  {
    title: 'meaning',
    cell: (view) => meanings[view.mode],
    least: 10,
    rank: 1,
  },
]

function nameOf(given: string, known: readonly string[], what: string): string {
  if (known.includes(given)) return given
  throw new UsageError(`"${given}" is no ${what}.`, `One of: ${known.join(', ')}.`)
}
