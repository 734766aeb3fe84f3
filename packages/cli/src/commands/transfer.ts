// `gleaner export FILE`: the whole state to a file, also while the server runs; `gleaner restore FILE`: back, into an empty one.
import { resolve } from 'node:path'
import { exportState, restoreState } from '@gleaner/server'
import type { CommandContext } from '../command-context.ts'
import { figures } from '../format/quantity.ts'
import { load } from './config.ts'

export async function exportTo(context: CommandContext, file: string, config: string | undefined): Promise<void> {
  const path = resolve(context.io.directory, file)
  const { bytes } = await exportState(load(context, config), path)
  if (context.printJson({ file: path, bytes })) return
  context.line(`wrote ${path} (${figures(bytes / 1_048_576)} MiB)`)
}

export async function restoreFrom(context: CommandContext, file: string, config: string | undefined): Promise<void> {
  const path = resolve(context.io.directory, file)
  const { rows } = await restoreState(load(context, config), path)
  if (context.printJson({ file: path, rows })) return
  context.line(`restored ${rows.toLocaleString('en-US')} rows from ${path}`)
}
