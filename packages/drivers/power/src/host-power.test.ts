// Every switch against a counterpart that speaks its wire: the contract of the port, and the faults.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError } from '@gleaner/model'
import type { HostPower } from '@gleaner/ports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CommandPower, IpmiPower, RedfishPower, WakeOnLanPower } from './index.ts'
import { stateWord } from './state-word.ts'

const never = new AbortController().signal
const password = 's3cret-of-the-bmc'
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gleaner-power-'))
  set('on')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** The machine: a file that says on or off; `stuck` and it follows no order. */
const state = () => readFileSync(join(directory, 'power'), 'utf8')
const set = (to: string) => writeFileSync(join(directory, 'power'), to)
const order = (to: string) => {
  if (!existsSync(join(directory, 'stuck'))) set(to)
}

async function faultOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isError(error)) throw new Error(`no fault of the registry: ${String(error)}`)
  expect(JSON.stringify([error.message, error.stack, error.facts])).not.toContain(password)
  return error
}

function script(name: string, body: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

/** What is the same on every wire. */
function contract(name: string, open: () => Promise<{ power: HostPower; close: () => Promise<void> }>): void {
  describe(`${name} keeps the contract`, () => {
    it('tells on and off, switches, accepts what already is, and tells where it is without a secret', async () => {
      const { power, close } = await open()
      try {
        expect(await power.state(never)).toBe('on')
        await power.wake(never)
        expect(await power.state(never)).toBe('on')
        await power.sleep(never)
        expect(await power.state(never)).toBe('off')
        await power.sleep(never)
        expect(await power.state(never)).toBe('off')
        await power.wake(never)
        expect(await power.state(never)).toBe('on')
        expect(power.address).not.toContain(password)
        expect((await power.check(never)).every(({ ok }) => ok)).toBe(true)
      } finally {
        await power.close()
        await close()
      }
    })

    it('an order that was taken and does nothing is no success: the state tells', async () => {
      const { power, close } = await open()
      try {
        writeFileSync(join(directory, 'stuck'), '')
        await power.sleep(never)
        expect(await power.state(never)).toBe('on')
      } finally {
        await power.close()
        await close()
      }
    })

    it('ends when it is told to', async () => {
      const { power, close } = await open()
      try {
        const reason = new Error('enough')
        await expect(power.state(AbortSignal.abort(reason))).rejects.toBe(reason)
      } finally {
        await power.close()
        await close()
      }
    })
  })
}

const nothing = async () => {}

contract('command', async () => {
  const { where, ...commands } = plain()
  return { power: new CommandPower({ name: where, ...commands, timeoutMs: 10_000 }), close: nothing }
})

function plain() {
  return {
    where: 'h1',
    state: [script('state', `cat ${directory}/power`)],
    sleep: [script('sleep', `[ -e ${directory}/stuck ] || printf off > ${directory}/power`)],
    wake: [script('wake', `[ -e ${directory}/stuck ] || printf on > ${directory}/power`)],
  }
}

describe('command', () => {
  const commandOf = (argv: readonly string[], timeoutMs = 10_000) =>
    new CommandPower({ name: 'h1', state: argv, sleep: argv, wake: argv, timeoutMs })

  it('arguments are passed as they are, past every shell', async () => {
    const echo = script('echo', `printf '%s' "$1" > ${directory}/said; echo on`)
    expect(await commandOf([echo, '$(touch /x); off `id`']).state(never)).toBe('on')
    expect(readFileSync(join(directory, 'said'), 'utf8')).toBe('$(touch /x); off `id`')
  })

  it('a status, a strange word, a program that is not there, one that hangs: each is a fault of its own', async () => {
    const failing = await faultOf(commandOf([script('fail', 'echo "no route" >&2; exit 3')]).sleep(never))
    expect(failing.code).toBe('cloud-broken')
    expect(failing.message).toMatch(/status 3: no route/)
    expect((await faultOf(commandOf([script('odd', 'echo maybe')]).state(never))).code).toBe('cloud-broken')
    expect((await faultOf(commandOf([join(directory, 'none')]).state(never))).message).toMatch(/ENOENT/)
    const hanging = await faultOf(commandOf([script('hang', 'sleep 600')], 300).state(never))
    expect(hanging.code).toBe('cloud-unavailable')
    expect(hanging.message).toMatch(/within 300 ms/)
  })

  it('reads a word or the end of a sentence, and guesses nothing', () => {
    expect(stateWord('on\n')).toBe('on')
    expect(stateWord('Chassis Power is off')).toBe('off')
    expect(stateWord('ASLEEP')).toBe('asleep')
    for (const text of ['', 'onward', 'is it on?', 'offline']) expect(stateWord(text)).toBeUndefined()
  })
})

/** Says what ipmitool says, and refuses what it would refuse. */
function fakeIpmitool(): string {
  return script(
    'ipmitool',
    `
[ "$IPMI_PASSWORD" = "${password}" ] || { echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; echo "RAKP 2 HMAC is invalid" >&2; exit 1; }
case " $* " in *"${password}"*) echo "the password is on the command line" >&2; exit 9;; esac
case " $* " in *" -C 3 "*) ;; *) sleep 600;; esac
case "$*" in
  *"power status") echo "Chassis Power is $(cat ${directory}/power)";;
  *"power soft") [ -e ${directory}/stuck ] || printf off > ${directory}/power; echo "Chassis Power Control: Soft";;
  *"power on") [ -e ${directory}/stuck ] || printf on > ${directory}/power; echo "Chassis Power Control: Up/On";;
  *) echo "Invalid command" >&2; exit 1;;
esac`,
  )
}

const ipmi = (more: Partial<ConstructorParameters<typeof IpmiPower>[0]> = {}) =>
  new IpmiPower({
    address: '127.0.0.1',
    port: 623,
    user: 'admin',
    password,
    cipherSuite: 3,
    timeoutMs: 10_000,
    program: fakeIpmitool(),
    ...more,
  })

contract('ipmi', async () => ({ power: ipmi(), close: nothing }))

describe('ipmi', () => {
  it('a wrong password is refused; a board that does not answer is not available', async () => {
    const error = await faultOf(ipmi({ password: 'wrong' }).state(never))
    expect(error.code).toBe('cloud-refused')
    const silent = script('silent', 'echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1')
    expect((await faultOf(ipmi({ program: silent }).state(never))).code).toBe('cloud-unavailable')
  })

  it('a state that makes no sense is not guessed', async () => {
    set('purple')
    expect((await faultOf(ipmi().state(never))).code).toBe('cloud-broken')
  })
})

interface FakeService {
  readonly url: string
  readonly server: Server
}

type Answer = (path: string, method: string) => { status?: number; body?: unknown } | undefined

async function redfishService(answer: Answer = () => undefined): Promise<FakeService> {
  const server = createServer((request, response) => {
    const basic = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const path = request.url ?? ''
      const send = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      }
      const told = answer(path, request.method ?? '')
      if (told !== undefined) return send(told.status ?? 200, told.body ?? {})
      if (request.headers.authorization !== basic) return send(401, { error: {} })
      const target = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset'
      if (path === '/redfish/v1/Systems') return send(200, { Members: [{ '@odata.id': '/redfish/v1/Systems/1' }] })
      if (path === '/redfish/v1/Systems/1')
        return send(200, {
          PowerState: state() === 'on' ? 'On' : 'Off',
          Actions: {
            '#ComputerSystem.Reset': { target, 'ResetType@Redfish.AllowableValues': ['On', 'GracefulShutdown'] },
          },
        })
      if (path === target && request.method === 'POST') {
        const { ResetType: type } = JSON.parse(Buffer.concat(parts).toString()) as { ResetType: string }
        order(type === 'On' ? 'on' : 'off')
        return send(204, '')
      }
      send(404, {})
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
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

const closed = (server: Server) => () =>
  new Promise<void>((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })

contract('redfish', async () => {
  const { url, server } = await redfishService()
  return { power: redfish(url), close: closed(server) }
})

describe('redfish', () => {
  async function fault(answer: Answer, more: Parameters<typeof redfish>[1] = {}) {
    const { url, server } = await redfishService(answer)
    const power = redfish(url, more)
    try {
      return await faultOf(power.state(never))
    } finally {
      await power.close()
      await closed(server)()
    }
  }

  it('translates what services answer', async () => {
    expect((await fault(() => undefined, { password: 'other' })).code).toBe('cloud-refused')
    expect((await fault(() => ({ status: 503 }))).code).toBe('cloud-unavailable')
    expect((await fault(() => ({ status: 302 }))).code).toBe('cloud-broken')
    expect((await fault(() => ({ body: 'not json' }))).code).toBe('cloud-broken')
    expect((await fault(() => ({ body: [] }))).code).toBe('cloud-broken')
    expect((await fault(() => undefined, { system: 'blade-9' })).message).toMatch(/no system "blade-9", only: 1/)
    const two = { Members: [{ '@odata.id': '/redfish/v1/Systems/a' }, { '@odata.id': '/redfish/v1/Systems/b' }] }
    expect((await fault((path) => (path.endsWith('/Systems') ? { body: two } : undefined))).message).toMatch(/a, b/)
  })

  it('neither on nor off is unknown, and a word nobody knows is a fault', async () => {
    const { url, server } = await redfishService((path) =>
      path.endsWith('/1') ? { body: { PowerState: 'PoweringOn' } } : undefined,
    )
    const power = redfish(url)
    expect(await power.state(never)).toBe('unknown')
    await power.close()
    await closed(server)()
    expect((await fault((path) => (path.endsWith('/1') ? { body: { PowerState: 7 } } : undefined))).code).toBe(
      'cloud-broken',
    )
  })

  it('a service that is gone is not available', async () => {
    const { url, server } = await redfishService()
    await closed(server)()
    const power = redfish(url)
    expect((await faultOf(power.state(never))).code).toBe('cloud-unavailable')
    await power.close()
  })
})

describe('wake-on-lan', () => {
  it('sends six times ff and the address sixteen times', async () => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const got = new Promise<Buffer>((resolve) => socket.once('message', resolve))
    const { where, state, sleep } = plain()
    const power = new WakeOnLanPower({
      name: where,
      mac: '52:54:00:AB:cd:01',
      broadcast: '127.0.0.1',
      port: socket.address().port,
      state,
      sleep,
      timeoutMs: 10_000,
    })
    await power.wake(never)
    const packet = await got
    expect(packet.toString('hex')).toBe('ff'.repeat(6) + '525400abcd01'.repeat(16))
    await power.sleep(never)
    expect(await power.state(never)).toBe('off')
    await power.close()
    await new Promise<void>((resolve) => socket.close(() => resolve()))
  })
})
