// Approves proposals, each on its own: one that cannot be approved keeps no other from it.
import { type ProposalView, type endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { proposalView } from '../view/proposal-view.ts'
import { forEachId } from './for-each-id.ts'

export const approveProposals: Handler<typeof endpoints.approveProposals> = async ({ app, body, caller, world }) => {
  const approved: ProposalView[] = []
  const refused = await forEachId(body.ids, async (id) => {
    approved.push(proposalView(await app.commands.approve(id, caller), world()))
  })
  return { approved, refused }
}
