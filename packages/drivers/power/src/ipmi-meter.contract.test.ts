// The contract against boards that answer what ipmitool prints of real ones (the lab has the boards themselves), and what boards
// without DCMI, or with other sensors, are told apart by.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MeterHarness, meterContract } from '@gleaner/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IpmiMeter } from './ipmi-meter.ts'
import { FakeMachine } from './testing/fake-machine.ts'

const password = 's3cret-of-the-bmc'
const clock = { nowMs: () => Date.now() }
const never = new AbortController().signal

/** A board for each port: its watts stand in a file of that name, `idle` in place of watts where it does not measure. */
function boards(of: FakeMachine): string {
  return of.script(
    'ipmitool',
    `
case " $* " in *"${password}"*) echo "the password is on the command line" >&2; exit 9;; esac
mode=$(cat ${of.directory}/mode)
[ "$mode" = hang ] && sleep 600
[ "$mode" = away ] && { echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1; }
[ "$mode" = refuse ] && { echo "RAKP 2 HMAC is invalid" >&2; exit 1; }
[ "$mode" = garbage ] && { echo "    Instantaneous power reading:  lots Watts"; exit 0; }
while [ "$1" != -p ]; do shift; done
watts=$(cat "${of.directory}/$2")
case "$*" in
  *"dcmi power reading")
    [ "$mode" = no-dcmi ] && { printf '\\n    DCMI request failed because: Invalid command (c1)' >&2; exit 1; }
    state=activated
    [ "$watts" = idle ] && { watts=0; state=deactivated; }
    printf '\\n    Instantaneous power reading:  %s Watts\\n    Power reading state is:    %s\\n' "$watts" $state;;
  *"sensor reading Pwr Meter") echo "Pwr Meter        | $watts";;
  *) echo 'Sensor "None" not found!' >&2; exit 1;;
esac`,
  )
}

let machine: FakeMachine
const meterOf = (of: FakeMachine, sensor?: string) =>
  new IpmiMeter({
    id: 'boards',
    clock,
    user: 'gleaner',
    password,
    cipherSuite: 3,
    sensor,
    timeoutMs: 1500,
    program: boards(of),
  })
const mode = (of: FakeMachine, to: string) => writeFileSync(join(of.directory, 'mode'), to)
const say = (of: FakeMachine, port: string, watts: string) => writeFileSync(join(of.directory, port), watts)

async function open(sensor?: string): Promise<MeterHarness> {
  const own = new FakeMachine()
  const outlets = ['127.0.0.1:6231', '127.0.0.1:6232', '[::1]:6233'] as const
  const portOf = (outlet: string) => outlet.slice(-4)
  mode(own, 'well')
  for (const outlet of outlets) say(own, portOf(outlet), '0')
  const meter = meterOf(own, sensor)
  return {
    meter,
    outlets,
    absent: undefined,
    resolutionW: 0.5,
    countsEnergy: false,
    nowMs: clock.nowMs,
    setPower: (outlet, powerW) => say(own, portOf(outlet), String(powerW)),
    ...(sensor === undefined ? { setFault: (outlet: string) => say(own, portOf(outlet), 'idle') } : {}),
    faults: ['away', 'hang', 'refuse'],
    behave: (fault) => mode(own, fault ?? 'well'),
    secrets: [password],
    dispose: async () => {
      await meter.close()
      own.remove()
    },
  }
}

meterContract({ describe, it }, 'IPMI, DCMI', { open: () => open() })
meterContract({ describe, it }, 'IPMI, a sensor', { open: () => open('Pwr Meter') })

describe('boards', () => {
  beforeEach(() => {
    machine = new FakeMachine()
    mode(machine, 'well')
    say(machine, '6231', '150')
    say(machine, '623', '90')
  })
  afterEach(() => machine.remove())

  it('stand at the usual port unless another is named', async () => {
    const [reading] = await meterOf(machine).read(['bmc-1'], never)
    expect(reading?.powerW).toBe(90)
  })

  it('without DCMI measure nothing, and the check says what to do', async () => {
    mode(machine, 'no-dcmi')
    const meter = meterOf(machine)
    expect((await meter.read(['bmc:6231'], never))[0]).toMatchObject({ powerW: undefined, fault: 'unmeasured' })
    const [item] = await meter.check(['bmc:6231'], never)
    expect(item).toMatchObject({ ok: false, detail: expect.stringMatching(/Invalid command \(c1\)/) })
    expect(item?.remedy).toMatch(/sensor/)
  })

  it('that say something else are garbled, and well again afterwards', async () => {
    const meter = meterOf(machine)
    mode(machine, 'garbage')
    expect((await meter.read(['bmc:6231'], never))[0]?.fault).toBe('garbled')
    mode(machine, 'well')
    expect((await meter.read(['bmc:6231'], never))[0]?.powerW).toBe(150)
  })

  it('have no sensor of another name', async () => {
    const [reading] = await meterOf(machine, 'None').read(['bmc:6231'], never)
    expect(reading?.fault).toBe('absent')
  })

  it('cost each other nothing: the one that fails is silent', async () => {
    const readings = await meterOf(machine).read(['bmc:6239', 'bmc:6231'], never)
    expect(readings).toMatchObject([
      { outlet: 'bmc:6239', fault: 'garbled' },
      { outlet: 'bmc:6231', powerW: 150 },
    ])
  })

  it.each(['65535', '-1', '20000'])(
    'say %s, and it is passed on: what is plausible is decided elsewhere',
    async (said) => {
      say(machine, '6231', said)
      expect((await meterOf(machine).read(['bmc:6231'], never))[0]?.powerW).toBe(Number(said))
    },
  )
})
