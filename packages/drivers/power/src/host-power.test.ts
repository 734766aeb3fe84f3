// Switches by programs and packets against counterparts that speak their wire: the contract of the port, and the faults.
import { readFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CommandPower, IpmiPower, WakeOnLanPower } from './index.ts'
import { stateWord } from './state-word.ts'
import { FakeMachine } from './testing/fake-machine.ts'
import { faultOf, never, password, powerContract } from './testing/power-contract.ts'

let machine: FakeMachine
let directory = ''

beforeEach(() => {
  machine = new FakeMachine()
  directory = machine.directory
})
afterEach(() => machine.remove())

powerContract('command', async (of) => {
  const { where, ...commands } = plain(of)
  return { power: new CommandPower({ name: where, ...commands, timeoutMs: 10_000 }) }
})

function plain(of: FakeMachine) {
  return {
    where: 'h1',
    state: [of.script('state', `cat ${of.directory}/power`)],
    sleep: [of.script('sleep', `[ -e ${of.directory}/stuck ] || printf off > ${of.directory}/power`)],
    wake: [of.script('wake', `[ -e ${of.directory}/stuck ] || printf on > ${of.directory}/power`)],
  }
}

describe('command', () => {
  const commandOf = (argv: readonly string[], timeoutMs = 10_000) =>
    new CommandPower({ name: 'h1', state: argv, sleep: argv, wake: argv, timeoutMs })

  it('arguments are passed as they are, past every shell', async () => {
    const echo = machine.script('echo', `printf '%s' "$1" > ${directory}/said; echo on`)
    expect(await commandOf([echo, '$(touch /x); off `id`']).state(never)).toBe('on')
    expect(readFileSync(join(directory, 'said'), 'utf8')).toBe('$(touch /x); off `id`')
  })

  it('a status, a strange word, a program that is not there, one that hangs: each is a fault of its own', async () => {
    const failing = await faultOf(commandOf([machine.script('fail', 'echo "no route" >&2; exit 3')]).sleep(never))
    expect(failing.code).toBe('cloud-broken')
    expect(failing.message).toMatch(/status 3: no route/)
    expect((await faultOf(commandOf([machine.script('odd', 'echo maybe')]).state(never))).code).toBe('cloud-broken')
    expect((await faultOf(commandOf([join(directory, 'none')]).state(never))).message).toMatch(/ENOENT/)
    const hanging = await faultOf(commandOf([machine.script('hang', 'sleep 600')], 300).state(never))
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
function fakeIpmitool(of: FakeMachine): string {
  const { directory } = of
  return of.script(
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

const ipmi = (of: FakeMachine, more: Partial<ConstructorParameters<typeof IpmiPower>[0]> = {}) =>
  new IpmiPower({
    address: '127.0.0.1',
    port: 623,
    user: 'admin',
    password,
    cipherSuite: 3,
    timeoutMs: 10_000,
    program: fakeIpmitool(of),
    ...more,
  })

powerContract('ipmi', async (of) => ({ power: ipmi(of) }))

describe('ipmi', () => {
  it('a wrong password is refused; a board that does not answer is not available', async () => {
    const error = await faultOf(ipmi(machine, { password: 'wrong' }).state(never))
    expect(error.code).toBe('cloud-refused')
    const silent = machine.script('silent', 'echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1')
    expect((await faultOf(ipmi(machine, { program: silent }).state(never))).code).toBe('cloud-unavailable')
  })

  it('a state that makes no sense is not guessed', async () => {
    machine.set('purple')
    expect((await faultOf(ipmi(machine).state(never))).code).toBe('cloud-broken')
  })
})

describe('wake-on-lan', () => {
  it('sends six times ff and the address sixteen times', async () => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const got = new Promise<Buffer>((resolve) => socket.once('message', resolve))
    const { where, state, sleep } = plain(machine)
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
