// The scene of the tests of the driver: a server that keeps OpenNebula's rules, with three hosts, and a cloud that speaks to it.
import { type ActionKind, hostId, instanceId, type Inventory } from '@gleaner/model'
import { VirtualClock } from '@gleaner/testkit'
import { OpenNebulaCloud } from '../opennebula-cloud.ts'
import type { OpenNebulaCloudOptions } from '../options.ts'
import { FakeOpenNebula } from './fake-opennebula.ts'

export const never = new AbortController().signal
export let clock: VirtualClock
export let fake: FakeOpenNebula
export let cloud: OpenNebulaCloud
export const open: OpenNebulaCloud[] = []

export async function begin(): Promise<void> {
  clock = new VirtualClock()
  fake = await FakeOpenNebula.start(clock)
  for (const id of [0, 1, 2]) fake.addHost({ id })
  cloud = make()
}

export async function end(): Promise<void> {
  for (const each of open.splice(0)) await each.close()
  await fake.stop()
}

export function make(options: Partial<OpenNebulaCloudOptions> = {}): OpenNebulaCloud {
  const made = new OpenNebulaCloud({
    id: 'one',
    clock,
    endpoints: [fake.endpoint],
    session: 'oneadmin:PASSWORD',
    ...options,
  })
  open.push(made)
  return made
}

export const id = (n: number) => instanceId(cloud.id, String(n))
export const host = (n: number) => hostId(cloud.id, `host-${n}`)
export const found = (inventory: Inventory, n: number) => inventory.instances.find((instance) => instance.id === id(n))
let keys = 0
export const act = (action: ActionKind, n: number, by = cloud) =>
  by.act({ action, instanceId: id(n), hostId: undefined, idempotencyKey: `key-${++keys}` }, never)
export const sent = (method: string) => fake.calls.filter((call) => call.method === method)
