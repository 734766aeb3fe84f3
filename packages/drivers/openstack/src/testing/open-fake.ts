// A fake OpenStack and a driver on it, on a virtual clock, for one test.
import { type InstanceId, instanceId, projectId } from '@gleaner/model'
import type { NewInstance } from '@gleaner/ports'
import { VirtualClock } from '@gleaner/testkit'
import { OpenStackCloud } from '../openstack-cloud.ts'
import type { OpenStackCloudOptions } from '../options.ts'
import { FakeOpenStack } from './fake-openstack.ts'

export interface OpenedFake {
  readonly clock: VirtualClock
  readonly fake: FakeOpenStack
  readonly cloud: OpenStackCloud
  /** A second driver on the same cloud: Gleaner after a restart. */
  again(options?: Partial<OpenStackCloudOptions>): OpenStackCloud
  /** A server that runs; its id here. */
  boot(change?: { name?: string; host?: string; flavorRef?: string; project?: string; tags?: string[] }): InstanceId
  /** Lets time pass until the promise has ended. */
  during<T>(pending: Promise<T>): Promise<T>
  /** Lets time pass until it holds. */
  until(holds: () => Promise<boolean> | boolean): Promise<void>
  request(change?: Partial<NewInstance>): NewInstance
  close(): Promise<void>
}

const stepMs = 100
/** Long for a fake; a test that needs it has failed. */
const mostSteps = 3_000

export async function openFake(options: Partial<OpenStackCloudOptions> = {}, hosts = 3): Promise<OpenedFake> {
  const clock = new VirtualClock()
  const fake = await FakeOpenStack.start(clock, hosts)
  const opened: OpenStackCloud[] = []
  let made = 0
  const again = (more: Partial<OpenStackCloudOptions> = {}) => {
    const retry = { attempts: 1, baseMs: 1, longestPauseMs: 1, random: () => 0 }
    // Deadlines are the wire's; here time passes far faster than answers come.
    const callTimeoutMs = 1e9
    const settings = { entry: fake.entry }
    const cloud = new OpenStackCloud({ id: 'fake', clock, settings, retry, callTimeoutMs, ...options, ...more })
    opened.push(cloud)
    return cloud
  }
  const cloud = again()
  const step = async () => {
    await clock.advance(stepMs)
    // A request and its answer take real time.
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return {
    clock,
    fake,
    cloud,
    again,
    boot: ({ name = `guest-${++made}`, host = 'compute-1', ...more } = {}) =>
      instanceId(cloud.id, fake.nova.boot({ name, host, ...more })),
    during: async (pending) => {
      const ended = Symbol('ended')
      const end = pending.then(
        () => ended,
        () => ended,
      )
      for (let i = 0; i < mostSteps; i++) if ((await Promise.race([end, step()])) === ended) break
      return pending
    },
    until: async (holds) => {
      for (let i = 0; i < mostSteps; i++) {
        if (await holds()) return
        await step()
      }
      throw new Error('it did not come about')
    },
    request: (change = {}) => ({
      name: 'new',
      projectId: projectId(cloud.id, 'physics'),
      hostId: undefined,
      flavor: 'small',
      firmness: 'firm',
      tags: [],
      vcpus: 1,
      memoryMiB: 2048,
      diskGiB: 10,
      idempotencyKey: 'k1',
      native: { imageRef: 'blank', networks: 'none' },
      ...change,
    }),
    close: async () => {
      for (const each of opened) await each.close()
      await fake.stop()
    },
  }
}
