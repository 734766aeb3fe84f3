// `gleaner report`: the report by mail, at any moment.
import type { CommandContext } from '../command-context.ts'

export interface ReportOptions {
  readonly for?: string
  readonly project?: string
}

export async function report(context: CommandContext, options: ReportOptions): Promise<void> {
  const made = await context.client.call('getReport', { query: options })
  if (context.printJson(made)) return
  for (const paragraph of made.text.split('\n\n')) context.say(`${paragraph}\n`)
}
