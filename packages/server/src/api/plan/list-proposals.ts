// Proposals, newest first, ended ones too.
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { proposalView } from '../view/proposal-view.ts'

export const listProposals: Handler<typeof endpoints.listProposals> = async ({ app, query, sight, world }) => {
  const filter = {
    ...only('state', query.state),
    ...only('capability', query.capability),
    ...only('projectIds', sight.projectIds),
  }
  const page = await app.store.proposals.recent(filter, { limit: query.limit ?? 100, offset: query.offset ?? 0 })
  const index = world()
  return { items: page.items.map((proposal) => proposalView(proposal, index)), total: page.total }
}
