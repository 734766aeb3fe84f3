// The fake server against the recorded answers of the real one: refusals and faults byte for byte, documents element by
// element. What it makes up must not be of another form than what was seen.
import { VirtualClock } from '@gleaner/testkit'
import { HttpPoster, systemTimers, textOf, writeCall, XmlCursor } from '@gleaner/wire-xmlrpc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentIn, readOneAnswer } from '../parse/one-answer.ts'
import { FakeOpenNebula } from './fake-opennebula.ts'
import { type RecordedCall, recordedAnswer, recordedCalls } from './recorded.ts'

let fake: FakeOpenNebula
const poster = new HttpPoster({ connections: 1, timers: systemTimers })

beforeAll(async () => {
  fake = await FakeOpenNebula.start(new VirtualClock())
  for (const id of [0, 1, 2, 3]) fake.addHost({ id })
  for (let id = 0; id <= 14; id++) fake.addVm({ id, hostId: id % 4, uid: id === 8 ? 2 : 0 })
})

afterAll(async () => {
  poster.close()
  await fake.stop()
})

/** What the recorded server's VMs were in when it was asked. */
const before: Readonly<Record<string, () => void>> = {
  'vm-suspend-again-at-once': () => fake.vms.get(5)?.set([3, 6]),
  'vm-suspend-suspended': () => fake.vms.get(5)?.set([5, 0]),
  'vm-resume-on-running': () => fake.vms.get(5)?.set([3, 3]),
  'vm-suspend-poweroff': () => fake.vms.get(2)?.set([8, 0]),
  'vm-suspend-done': () => fake.vms.get(13)?.set([6, 0]),
  'vm-suspend-locked': () => lock(5, 0),
  'vm-8-locked-suspend-owner': () => lock(8, 0),
  'vm-migrate-offline-host': () => close(2),
}

function lock(id: number, owner: number | undefined): void {
  const vm = fake.vms.get(id)
  if (vm !== undefined) vm.lockedBy = owner
}

function close(id: number): void {
  const host = fake.hosts.get(id)
  if (host !== undefined) host.state = 8
}

async function ask({ session, method, args }: RecordedCall): Promise<Uint8Array> {
  const options = { maxBytes: 1e8, deadlineMs: 20_000 }
  return (await poster.post(new URL(fake.endpoint), writeCall(method, [session, ...args]), options)).bytes
}

const isRefusal = (bytes: Uint8Array) => {
  try {
    readOneAnswer(bytes)
    return false
  } catch {
    return true
  }
}

const notFaked = /^one\.(vm\.(un)?lock|vmpool\.infoset|vm\.monitoring)$/
const calls = recordedCalls().filter(({ method }) => !notFaked.test(method))
const refusals = calls.filter(({ name }) => isRefusal(recordedAnswer(name)))
const documents = calls.filter(
  ({ name, method }) => !refusals.some((call) => call.name === name) && /info|pool/.test(method),
)

describe('a refusal of the fake is that of the real server', () => {
  it.each(refusals)('$name', async (call) => {
    before[call.name]?.()
    try {
      expect(textOf(await ask(call))).toBe(textOf(recordedAnswer(call.name)))
    } finally {
      for (const id of [5, 8]) lock(id, undefined)
      for (const host of fake.hosts.values()) host.state = 2
    }
  })

  it('covers every class of refusal', () => {
    const codes = new Set(refusals.map(({ name }) => /<i4>(-?\d+)<\/i4>/.exec(textOf(recordedAnswer(name)))?.[1]))
    expect(codes).toEqual(new Set(['-501', '-506', '1024', '2048', '256', '4096', '512', '8192']))
  })
})

/** Every path of names in the document, and the order in which the children of each element first occur. */
function paths(bytes: Uint8Array): ReadonlySet<string> {
  const cursor = new XmlCursor(documentIn(readOneAnswer(bytes)))
  const found = new Set<string>()
  const walk = (path: string) => {
    found.add(path)
    for (let name = cursor.child(); name !== undefined; name = cursor.child()) walk(`${path}/${name}`)
  }
  walk(cursor.root())
  return found
}

/** Where users and probes write what they like. */
const anything = /^(VM_POOL\/)?VM\/USER_TEMPLATE\//

describe('a document of the fake has no element that the real server never had', () => {
  const ofKind = (name: string) => (name.startsWith('host') ? 'host' : name.startsWith('user') ? 'user' : 'vm')
  const plain = (path: string) => path.replace(/^(VM|HOST)_POOL\/?/, '')
  const seen = (kind: string) =>
    new Set(
      documents
        .filter(({ name }) => ofKind(name) === kind)
        .flatMap(({ name }) => [...paths(recordedAnswer(name))].map(plain)),
    )
  const known = { host: seen('host'), vm: seen('vm'), user: seen('user') }

  it.each(documents)('$name', async (call) => {
    for (const path of paths(await ask(call))) {
      if (!anything.test(path)) expect(known[ofKind(call.name)], path).toContain(plain(path))
    }
  })
})

describe('the fake takes nothing else than OpenNebula takes', () => {
  const post = (path: string, body: Buffer) =>
    poster.post(new URL(path, fake.endpoint), body, { maxBytes: 1e6, deadlineMs: 20_000 })

  it('not at another place', async () => {
    await expect(post('/', writeCall('one.system.version', ['oneadmin:PASSWORD']))).rejects.toThrow('404')
  })

  it('not with an argument more', async () => {
    const { bytes } = await post('/RPC2', writeCall('one.vm.action', ['oneadmin:PASSWORD', 'suspend', 1, 1]))
    expect(textOf(bytes)).toContain('-501')
  })
})
