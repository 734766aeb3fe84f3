// The Redfish switch against a service that wants sessions, and one that knows Basic only: the contract, the life of a session, and
// what services are known to answer.
import { afterEach, describe, expect, it } from 'vitest'
import { RedfishPower } from './redfish-power.ts'
import { FakeMachine } from './testing/fake-machine.ts'
import { FakeRedfish, type FakeRedfishOptions } from './testing/fake-redfish.ts'
import { faultOf, never, password, powerContract } from './testing/power-contract.ts'

const target = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset'

function serve(machine: FakeMachine, more: Partial<FakeRedfishOptions> = {}): Promise<FakeRedfish> {
  return FakeRedfish.start({
    user: 'admin',
    password,
    resource: (path) => {
      if (path === '/redfish/v1/Systems') return { Members: [{ '@odata.id': '/redfish/v1/Systems/1' }] }
      if (path !== '/redfish/v1/Systems/1') return undefined
      return {
        PowerState: machine.state === 'on' ? 'On' : 'Off',
        Actions: {
          '#ComputerSystem.Reset': { target, 'ResetType@Redfish.AllowableValues': ['On', 'GracefulShutdown'] },
        },
      }
    },
    post: (path, { ResetType: type }) => {
      if (path !== target) return { status: 404 }
      machine.order(type === 'On' ? 'on' : 'off')
      return { status: 204, body: '' }
    },
    ...more,
  })
}

const redfish = (url: string, more: Partial<ConstructorParameters<typeof RedfishPower>[0]> = {}) =>
  new RedfishPower({
    url,
    user: 'admin',
    password,
    system: undefined,
    ca: undefined,
    verify: true,
    timeoutMs: 5000,
    ...more,
  })

for (const [name, sessions] of [
  ['redfish with sessions', true],
  ['redfish without sessions', false],
] as const)
  powerContract(name, async (machine) => {
    const service = await serve(machine, { sessions })
    return { power: redfish(service.url), close: () => service.close() }
  })

describe('redfish', () => {
  const started: { close(): Promise<void> }[] = []
  const machine = new FakeMachine()
  afterEach(async () => {
    for (const each of started.splice(0)) await each.close()
    machine.set('on')
  })

  async function start(more: Partial<FakeRedfishOptions> = {}, options: Parameters<typeof redfish>[1] = {}) {
    const service = await serve(machine, more)
    const power = redfish(service.url, options)
    started.push(power, service)
    return { service, power }
  }
  async function fault(answer: FakeRedfishOptions['answer'], options: Parameters<typeof redfish>[1] = {}) {
    const { power } = await start({ answer }, options)
    return faultOf(power.state(never))
  }

  it('makes one session for all its questions, also those at the same time, and gives it back', async () => {
    const { service, power } = await start()
    await Promise.all([power.state(never), power.state(never), power.state(never)])
    await power.sleep(never)
    expect(service.made).toBe(1)
    expect(service.sessions.size).toBe(1)
    await power.close()
    expect(service.sessions.size).toBe(0)
  })

  it('a session that the service has forgotten is made anew, once', async () => {
    const { service, power } = await start()
    await power.state(never)
    service.sessions.clear()
    expect(await power.state(never)).toBe('on')
    expect(service.made).toBe(2)
    service.answer = (path) => (path === '/redfish/v1/Systems/1' ? { status: 401 } : undefined)
    const before = service.asked.length
    expect((await faultOf(power.state(never))).code).toBe('cloud-refused')
    expect(service.asked.slice(before)).toEqual([
      'GET /redfish/v1/Systems/1',
      'GET /redfish/v1/',
      'POST /redfish/v1/SessionService/Sessions',
      'GET /redfish/v1/Systems/1',
    ])
  })

  it('a session that could not be made is tried again at the next question', async () => {
    const { service, power } = await start({
      answer: (path, method) => (method === 'POST' && path.endsWith('/Sessions') ? { status: 503 } : undefined),
    })
    expect((await faultOf(power.state(never))).code).toBe('cloud-unavailable')
    service.answer = undefined
    expect(await power.state(never)).toBe('on')
  })

  it('a session without a token is none', async () => {
    const odd = await fault((path) => (path.endsWith('/Sessions') ? { status: 201 } : undefined))
    expect(odd.code).toBe('cloud-broken')
  })

  it('whoever gives up does not end the session that others wait for', async () => {
    const { service, power } = await start()
    service.hangs = true
    const enough = new AbortController()
    const given = power.state(enough.signal)
    const other = faultOf(power.state(never))
    enough.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await service.nextRequest()
    await service.close()
    service.hangs = false
    await service.listen()
    expect((await other).code).toBe('cloud-unavailable')
    expect(await power.state(never)).toBe('on')
  })

  it('translates what services answer', async () => {
    expect((await fault(undefined, { password: 'other' })).code).toBe('cloud-refused')
    expect((await fault(() => ({ status: 503 }))).code).toBe('cloud-unavailable')
    const of = (path: string, answer: { status?: number; body?: unknown }) => (asked: string) =>
      asked === path ? answer : undefined
    const systems = '/redfish/v1/Systems'
    expect((await fault(of(systems, { status: 302 }))).code).toBe('cloud-broken')
    expect((await fault(of(systems, { body: 'not json' }))).code).toBe('cloud-broken')
    expect((await fault(of(systems, { body: [] }))).code).toBe('cloud-broken')
    expect((await fault(of(systems, { status: 404 }))).code).toBe('cloud-not-found')
    expect((await fault(undefined, { system: 'blade-9' })).message).toMatch(/no system "blade-9", only: 1/)
    const two = {
      Members: [{ '@odata.id': `${systems}/a` }, { '@odata.id': `${systems}/b` }, { '@odata.id': 7 }, null],
    }
    expect((await fault(of(systems, { body: two }))).message).toMatch(/a, b/)
    expect((await fault(of(systems, { body: {} }))).message).toMatch(/no system/)
  })

  it('neither on nor off is unknown, and a word nobody knows is a fault', async () => {
    const { service, power } = await start()
    const say = (state: unknown) => {
      service.answer = (path) => (path.endsWith('/1') ? { body: { PowerState: state } } : undefined)
    }
    say('PoweringOn')
    expect(await power.state(never)).toBe('unknown')
    say('Paused')
    expect(await power.state(never)).toBe('asleep')
    say(7)
    expect((await faultOf(power.state(never))).code).toBe('cloud-broken')
  })

  it('a system that cannot be switched in good order is not switched otherwise', async () => {
    const offers = (actions: unknown) => (path: string) =>
      path.endsWith('/1') ? { body: { PowerState: 'On', Actions: actions } } : undefined
    const only = { '#ComputerSystem.Reset': { target, 'ResetType@Redfish.AllowableValues': ['ForceOff'] } }
    const { service, power } = await start({ answer: offers(only) })
    expect((await faultOf(power.sleep(never))).code).toBe('cloud-conflict')
    service.answer = offers({})
    expect((await faultOf(power.sleep(never))).code).toBe('cloud-broken')
    expect(machine.state).toBe('on')
  })

  it('a service that is gone is not available', async () => {
    const { service, power } = await start()
    await service.close()
    expect((await faultOf(power.state(never))).code).toBe('cloud-unavailable')
  })
})
