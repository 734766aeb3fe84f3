// A person's word about the power of one host. It is a wish that the plan follows, not a call: the gate, the journal and the
// rest of the plan see it like everything else.
import { GleanerError, type HostId, type PowerWish, cloudOf } from '@gleaner/model'
import type { Caller } from '../application.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'
import { leading } from './rooms.ts'

export async function wishPower(
  runtime: Runtime,
  order: {
    readonly hostId: HostId
    readonly wish: { readonly state: 'awake' | 'asleep'; readonly forMs: number } | undefined
  },
  caller: Caller,
): Promise<void> {
  const { clouds, clock, power } = runtime
  const { hostId, wish } = order
  const fence = leading(runtime)
  const control = clouds.get(cloudOf(hostId))?.powerControl
  if (control?.has(hostId) !== true)
    throw new GleanerError(
      'conflict',
      {
        detail: 'Nothing is configured by which this host could be switched.',
      },
      { remedy: 'Add it to power.hosts of the configuration.' },
    )
  const before = power.recordOf(hostId)?.wish
  const after: PowerWish | undefined =
    wish === undefined ? undefined : { state: wish.state, by: caller.name, untilMs: clock.nowMs() + wish.forMs }
  await power.wish(fence, hostId, after)
  await audit(runtime, caller, { what: 'wish power', object: hostId, before: before ?? null, after: after ?? null })
  runtime.wake(`observe:${cloudOf(hostId)}`, 'decide')
}
