// Keeps an instance as it is for a time: the owner's word that binds every rule.
import { GleanerError, type endpoints, parseDurationMs } from '@gleaner/model'
import type { Handler } from '../handler.ts'
import { holdView } from '../view/hold-view.ts'

/** Longer than this is no "for a time": a protection tag says it better. */
const longestMs = 366 * 86_400_000

export const keepInstance: Handler<typeof endpoints.keepInstance> = async ({ app, params, body, caller, ...call }) => {
  const instance = call.world().instance(params.id, call.sight.sees)
  const durationMs = parseDurationMs(body.for) ?? 0
  if (!(durationMs > 0 && durationMs <= longestMs)) {
    throw new GleanerError('request-invalid', {
      detail: `An instance can be kept for up to 366d; "${body.for}" is not within that.`,
    })
  }
  return holdView(await app.commands.keep(instance.id, { durationMs, reason: body.reason ?? '' }, caller))
}
