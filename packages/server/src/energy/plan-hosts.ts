// The question of the power plan, from what the server knows now.
import { efficiencyScore, hostEfficiency, type PowerInput, type Snapshot } from '@gleaner/engine'
import type { CloudId, Host, HostId } from '@gleaner/model'
import type { ActionSupports } from '@gleaner/engine'
import type { Runtime } from '../runtime.ts'
import { figureOf } from './figures.ts'
import { hostUseOf } from './host-use.ts'

export function powerInput(
  runtime: Runtime,
  now: { readonly snapshots: ReadonlyMap<CloudId, Snapshot>; readonly supports: ActionSupports },
): PowerInput {
  const { config, state, clock, power, clouds } = runtime
  const use = hostUseOf(runtime)
  const uses = new Map<HostId, ReturnType<typeof use>>()
  const useOf = (host: Host) => {
    const known = uses.get(host.id) ?? use(host)
    uses.set(host.id, known)
    return known
  }
  const mode = state.modes.energy
  // What is observed is told as if it were done; only what really sleeps is woken where nothing may sleep.
  const maySleep = mode === 'enforce' || mode === 'advise'
  const byId = new Map<HostId, Host>()
  for (const { hosts } of now.snapshots.values()) for (const host of hosts) byId.set(host.id, host)
  return {
    snapshots: now.snapshots.values(),
    supports: now.supports,
    isPowered: (host) => clouds.get(host.cloudId)?.powerControl?.has(host.id) === true,
    recordOf: (id) => power.recordOf(id),
    promiseOf: (host) => useOf(host).promise,
    isHeld: (id) => {
      const host = byId.get(id)
      return host === undefined || useOf(host).isHeld
    },
    isWaking: (id) => power.isWaking(id),
    emptySinceMs: (id) => power.emptySince.sinceMs(id),
    efficiencyOf: (host) => efficiencyScore(hostEfficiency(host, figureOf(config.power, host))),
    demands: power.demands(),
    maySleep,
    options: config.power.options,
    nowMs: clock.nowMs(),
  }
}
