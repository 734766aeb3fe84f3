// `gleaner approve` and `gleaner veto`: a person's word on proposals. What was refused is said on standard error and makes
// the exit code 1; the others are done all the same.
import type { ProposalView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import { count } from '../format/quantity.ts'

export async function approve(context: CommandContext, given: readonly string[]): Promise<void> {
  const ids = await proposalIds(context, given, ({ state }) => state === 'awaiting-approval')
  const answer = await context.client.call('approveProposals', { body: { ids } })
  tellRefused(context, answer.refused)
  if (context.printJson(answer)) return
  for (const proposal of answer.approved)
    context.line(
      `approved ${proposal.id}: ${proposal.action} ${proposal.target.name}${proposal.project === undefined ? '' : ` (${proposal.project})`}`,
    )
}

export interface VetoOptions {
  readonly for?: string
  readonly reason?: string
}

export async function veto(context: CommandContext, given: readonly string[], options: VetoOptions): Promise<void> {
  const ids = await proposalIds(context, given, ({ state }) => state !== 'acting')
  const answer = await context.client.call('vetoProposals', {
    body: {
      ids,
      ...(options.for === undefined ? {} : { for: options.for }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    },
  })
  tellRefused(context, answer.refused)
  if (context.printJson(answer)) return
  if (answer.vetoed > 0)
    context.line(`refused ${count(answer.vetoed, 'proposal')}; what they were about is left alone for a time`)
}

/**
 * What is no id of an open proposal is taken for the name or id of an instance or host, and stands for those proposals on it that
 * the word can be said about; for all of them when there are none such, so that the server tells why not.
 */
async function proposalIds(
  context: CommandContext,
  given: readonly string[],
  fits: (proposal: ProposalView) => boolean,
): Promise<string[]> {
  const { proposals } = await context.client.call('getPlan')
  return given.flatMap((word) => {
    if (proposals.some(({ id }) => id === word)) return [word]
    const named = proposals.filter(({ target }) => target.name === word || target.id === word)
    const fitting = named.filter(fits)
    const meant = fitting.length > 0 ? fitting : named
    return meant.length > 0 ? meant.map(({ id }) => id) : [word]
  })
}

function tellRefused(
  context: CommandContext,
  refused: readonly { readonly id: string; readonly detail: string }[],
): void {
  if (refused.length > 0) context.fail()
  for (const { id, detail } of refused) context.io.err(`gleaner: ${id}: ${detail}\n`)
}
