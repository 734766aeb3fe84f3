// The driver as it is built: long answers are read on a thread of their own, faults come back through it as what they were,
// and nothing keeps the process alive when the driver is closed. The server is the fake one of the driver's own tests.
import { FakeOpenNebula } from '@gleaner/driver-opennebula/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProgram } from './process.ts'

const clock = {
  nowMs: () => Date.now(),
  speed: 1,
  sleep: (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs)),
}
let fake: FakeOpenNebula

beforeAll(async () => {
  fake = await FakeOpenNebula.start(clock)
  for (let id = 0; id < 20; id++) fake.addHost({ id })
  for (let id = 0; id < 1200; id++) fake.addVm({ id, hostId: id % 20 })
})

afterAll(() => fake.stop())

/** Prints one line of JSON: what the driver, as it is built, makes of the server. */
const program = `
import { readdirSync } from 'node:fs'
import { OpenNebulaCloud } from '@gleaner/driver-opennebula'
const clock = { nowMs: () => Date.now(), speed: 1, sleep: (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms)
  signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason) })
}) }
const cloud = new OpenNebulaCloud({ id: 'one', clock, endpoints: [process.env.ENDPOINT], session: 'oneadmin:PASSWORD', callTimeoutMs: 120_000 })
const never = new AbortController().signal
const before = readdirSync('/proc/self/task').length
try {
  const { instances, gaps } = await cloud.observe(never)
  const threads = readdirSync('/proc/self/task').length - before
  console.log(JSON.stringify({ instances: instances.length, gaps, first: instances.find(({ id }) => id === 'one:7')?.name, threads }))
} catch (error) {
  console.log(JSON.stringify({ code: error.code, detail: error.facts?.detail }))
}
await cloud.close()
`

async function drive(): Promise<Record<string, unknown>> {
  const run = startProgram(['--input-type=module', '-e', program], { env: { ENDPOINT: fake.endpoint } })
  const exit = await run.exited
  expect(exit, run.output()).toBe(0)
  return JSON.parse(run.output()) as Record<string, unknown>
}

it('reads 1,200 instances on its thread', async () => {
  const seen = await drive()
  expect(seen).toMatchObject({ instances: 1200, gaps: [], first: 'vm-7' })
  expect(seen['threads']).toBeGreaterThanOrEqual(1)
})

it('tells a fault that the thread found as what it is', async () => {
  const vm = fake.vms.get(7)
  // Ends the element that holds it: what follows is no document any more.
  vm?.user.set('A', `]]></A></USER_TEMPLATE></VM></VM_POOL><A>${'x'.repeat(10)}`)
  try {
    const { gaps, instances } = await drive()
    expect(gaps).toEqual([
      { scope: 'instances 0 to 499', reason: expect.stringContaining('not an answer of OpenNebula') as string },
    ])
    expect(instances).toBe(700)
  } finally {
    vm?.user.delete('A')
  }
})
