// Decisions that nobody asked for: headroom, a smaller offer, the end of run times, leases that begin soon. At most one of each
// kind is under way per cloud, but for leases, each of which has a time of its own; what only would be done (mode observe) is recorded once and not again while it would be the same.
import {
  type EvictionPlan,
  makeDecision,
  planExpiry,
  planForLeases,
  planHeadroom,
  planShrink,
  type RoomWorld,
} from '@gleaner/engine'
import type { CloudId, EvictionKind } from '@gleaner/model'
import type { Fence } from '@gleaner/ports'
import { newId } from '@gleaner/store'
import type { Runtime } from '../runtime.ts'
import { roomWorldNow } from './room-world-now.ts'

const planners: readonly (readonly [EvictionKind, (world: RoomWorld) => EvictionPlan | undefined])[] = [
  ['lease', planForLeases],
  ['expiry', planExpiry],
  ['shrink', planShrink],
  ['watermark', planHeadroom],
]

export class ProactiveEvictions {
  readonly #runtime: Runtime
  /** Whom the last observed decision of a kind was about. */
  readonly #observed = new Map<string, string>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async run(fence: Fence): Promise<void> {
    const { state, clouds } = this.#runtime
    if (state.modes.preemption === 'off' || state.killSwitch !== undefined) return
    for (const cloudId of clouds.keys())
      for (const [kind, plan] of planners) await this.#decide(fence, { cloudId, kind, plan })
  }

  async #decide(
    fence: Fence,
    { cloudId, kind, plan }: { readonly cloudId: CloudId; readonly kind: EvictionKind; readonly plan: Planner },
  ): Promise<void> {
    const { evictions, state, clock } = this.#runtime
    const isUnderWay = evictions.open().some((decision) => decision.kind === kind && decision.cloudId === cloudId)
    if (isUnderWay && kind !== 'lease') return
    await evictions.planning.run(async () => {
      const { world } = roomWorldNow(this.#runtime, cloudId)
      const found = world === undefined ? undefined : plan(world)
      if (world === undefined || found === undefined) return
      const nowMs = clock.nowMs()
      const id = newId('dec', nowMs)
      const order = {
        id,
        requestId: `${kind}:${id}`,
        kind,
        mode: state.modes.preemption,
        by: 'Gleaner',
        wish: undefined,
      }
      const decision = makeDecision(order, found, world)
      if (decision.state === 'observed' && this.#wasObserved(`${cloudId} ${kind}`, found)) return
      await evictions.decide(fence, decision)
    })
  }

  #wasObserved(key: string, { victims }: EvictionPlan): boolean {
    const about = victims
      .map(({ instanceId }) => instanceId)
      .sort()
      .join()
    const same = this.#observed.get(key) === about
    this.#observed.set(key, about)
    return same
  }
}

type Planner = (world: RoomWorld) => EvictionPlan | undefined
