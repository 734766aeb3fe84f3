// A cloud together with the switches of its hosts. Everything is the cloud's own but the facet `powerControl`, and the state of
// hosts that have a switch and do not take instances: only those are asked, for what takes instances is on.
//
//   switch says off or asleep    closed or down: `asleep`; a host that an operator keeps in maintenance stays that
//   switch says on               as the cloud says
//   switch does not answer       `down` stays; closed becomes `unknown`: whether it runs cannot be told, so nothing is done
import { GleanerError, type Host, type HostId, type HostState, type Inventory } from '@gleaner/model'
import type { CheckItem, Cloud, HostPower, PowerControl, PowerState } from '@gleaner/ports'
import type { HostPowers } from '../startup/make-powers.ts'

const atOnce = 32

export function poweredCloud(cloud: Cloud, powers: HostPowers): Cloud {
  if (powers.size === 0) return cloud
  const names = new Map<HostId, string>()
  const powerOf = (id: HostId) => powers.get(names.get(id) ?? '')
  const powerControl: PowerControl = {
    has: (id) => powerOf(id) !== undefined || cloud.powerControl?.has(id) === true,
    sleep: async (id, signal) => (await reached(id)).sleep(signal),
    wake: async (id, signal) => (await reached(id)).wake(signal),
  }
  const reached = async (id: HostId): Promise<HostPower> => {
    const power = powerOf(id)
    if (power !== undefined) return power
    const { powerControl: own } = cloud
    if (own === undefined) throw new GleanerError('cloud-not-found', { cloud: cloud.id, object: `the switch of ${id}` })
    return {
      sleep: (signal: AbortSignal) => own.sleep(id, signal),
      wake: (signal: AbortSignal) => own.wake(id, signal),
    } as HostPower
  }
  const own: Partial<Cloud> = {
    powerControl,
    observe: async (signal) => {
      const inventory = await cloud.observe(signal)
      for (const { id, name } of inventory.hosts) names.set(id, name)
      return withPower(inventory, powers, signal)
    },
    check: async (signal) => [...(await cloud.check(signal)), ...(await checkAll(powers, signal))],
    close: async () => {
      await Promise.all([...powers.values()].map((power) => power.close()))
      await cloud.close()
    },
  }
  return new Proxy(cloud, {
    get(target, name) {
      if (name in own) return own[name as keyof Cloud]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function withPower(inventory: Inventory, powers: HostPowers, signal: AbortSignal): Promise<Inventory> {
  const asked = inventory.hosts.filter(({ name, state }) => state !== 'up' && powers.has(name))
  if (asked.length === 0) return inventory
  const states = new Map<HostId, HostState>()
  await forEachOf(asked, async (host) => {
    const power = powers.get(host.name)
    if (power === undefined) return
    const said = await power.state(signal).catch((): PowerState => {
      signal.throwIfAborted()
      return 'unknown'
    })
    states.set(host.id, stateWith(host, said))
  })
  const hosts = inventory.hosts.map((host) => {
    const state = states.get(host.id)
    return state === undefined || state === host.state ? host : { ...host, state }
  })
  return { ...inventory, hosts }
}

function stateWith({ state }: Host, said: PowerState): HostState {
  if (state !== 'disabled' && state !== 'down') return state
  if (said === 'off' || said === 'asleep') return 'asleep'
  return said === 'unknown' && state === 'disabled' ? 'unknown' : state
}

async function checkAll(powers: HostPowers, signal: AbortSignal): Promise<readonly CheckItem[]> {
  const items: CheckItem[] = []
  await forEachOf([...powers], async ([name, power]) => {
    try {
      items.push(...(await power.check(signal)).map((item) => ({ ...item, what: `switch of ${name}: ${item.what}` })))
    } catch (error) {
      if (signal.aborted || !(error instanceof GleanerError)) throw error
      items.push({ what: `switch of ${name}`, ok: false, detail: error.message, remedy: error.remedy })
    }
  })
  return items.sort((a, b) => (a.what < b.what ? -1 : 1))
}

/** A few at a time: each may be a process. */
async function forEachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}
