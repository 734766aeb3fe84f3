// Refuses proposals, each on its own; their instances are left alone as long as after a person's action, or as told.
import { GleanerError, type endpoints, parseDurationMs } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { forEachId } from './for-each-id.ts'

const longestMs = 366 * 86_400_000

export const vetoProposals: Handler<typeof endpoints.vetoProposals> = async ({ app, body, caller }) => {
  const durationMs = body.for === undefined ? app.config.policy.personWinsMs : (parseDurationMs(body.for) ?? 0)
  if (!(durationMs > 0 && durationMs <= longestMs)) {
    throw new GleanerError('request-invalid', {
      detail: `A refusal can hold for up to 366d; "${body.for}" is not within that.`,
    })
  }
  let vetoed = 0
  const refused = await forEachId(body.ids, async (id) => {
    await app.commands.veto(id, { durationMs, reason: body.reason ?? '' }, caller)
    vetoed++
  })
  return { vetoed, refused }
}
