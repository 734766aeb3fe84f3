// The contract of the PowerMeter port as tests: the same suite runs against every driver and a fake device that speaks the
// device's own protocol. It states what the server relies on and nothing about how a driver keeps it.
import assert from 'node:assert/strict'
import { GleanerError, isError } from '@gleaner/model'
import type { OutletReading } from '@gleaner/ports'
import type { TestRunner } from './cloud-harness.ts'
import { endsWithin } from './ends-within.ts'
import { leakCheck } from './leak-check.ts'
import type { MeterFault, MeterHarness, MeterSubject } from './meter-harness.ts'

const soonMs = 2000
const never = new AbortController().signal

const codes: Readonly<Record<MeterFault, readonly GleanerError['code'][]>> = {
  away: ['meter-unavailable'],
  hang: ['meter-unavailable'],
  refuse: ['meter-refused', 'meter-unavailable'],
  garbage: ['meter-broken', 'meter-unavailable'],
}

/** A fault has no figures; without one there is at least one. Of several faults only that of the outlet is told. */
function checkReading(reading: OutletReading, harness: MeterHarness): void {
  assert.ok(reading.atMs > 0 && reading.atMs <= harness.nowMs() + 5000, `${reading.outlet} at ${reading.atMs}`)
  const figures = [reading.powerW, reading.energyJ].filter((figure) => figure !== undefined)
  if (reading.fault !== undefined) return assert.deepEqual(figures, [], `${reading.outlet}: a fault and a figure`)
  assert.ok(figures.length > 0, `${reading.outlet}: neither a fault nor a figure`)
  for (const figure of figures) assert.ok(Number.isFinite(figure), `${reading.outlet}: ${figure}`)
}

/** What each outlet draws: as the device says, or from what it counted within a second. */
async function drawn({ meter, elapse }: MeterHarness, outlets: readonly string[]): Promise<readonly number[]> {
  const readings = await meter.read(outlets, never)
  if (elapse === undefined) return readings.map(({ powerW }) => powerW ?? Number.NaN)
  await elapse(1000)
  const later = await meter.read(outlets, never)
  return later.map(({ energyJ }, nth) => (energyJ ?? Number.NaN) - (readings[nth]?.energyJ ?? Number.NaN))
}

export function meterContract(runner: TestRunner, name: string, subject: MeterSubject): void {
  const test = (title: string, body: (harness: MeterHarness) => Promise<void>) =>
    runner.it(title, async () => {
      const harness = await subject.open()
      try {
        await body(harness)
      } finally {
        await harness.dispose()
      }
    })

  runner.describe(`power meter contract: ${name}`, () => {
    test('says what it is, and no secret', async ({ meter, secrets }) => {
      assert.ok(meter.id !== '' && meter.kind !== '' && meter.address !== '')
      for (const secret of secrets) assert.ok(!meter.address.includes(secret))
    })

    test('answers for each outlet that was asked for, once, in that order', async (harness) => {
      const [a, b, c] = harness.outlets
      const told = async (...outlets: string[]) =>
        (await harness.meter.read(outlets, never)).map((reading) => {
          checkReading(reading, harness)
          return reading.outlet
        })
      assert.deepEqual(await told(), [])
      assert.deepEqual(await told(c, a, b), [c, a, b])
      assert.deepEqual(await told(b), [b])
    })

    test('gives the watts that the device has', async (harness) => {
      const [a, b, c] = harness.outlets
      await harness.setPower(a, 120)
      await harness.setPower(b, 0)
      await harness.setPower(c, 348)
      const powers = await drawn(harness, [a, b, c])
      powers.forEach((powerW, index) => {
        const expected = [120, 0, 348][index] as number
        assert.ok(Math.abs(powerW - expected) <= harness.resolutionW, `${powerW} W for ${expected} W`)
      })
    })

    test('gives the energy that the device has counted, where it counts', async (harness) => {
      if (!harness.countsEnergy || harness.setEnergy === undefined) return
      const [a] = harness.outlets
      await harness.setEnergy(a, 7_200_000)
      const [reading] = await harness.meter.read([a], never)
      assert.ok(Math.abs((reading?.energyJ ?? Number.NaN) - 7_200_000) <= 360_000 / 2, JSON.stringify(reading))
    })

    test('tells an outlet that is not there from the others, which it gives', async (harness) => {
      const { absent, meter, outlets } = harness
      if (absent === undefined) return
      const [a, b] = outlets
      await harness.setPower(b, 60)
      const readings = await meter.read([a, absent, b], never)
      readings.forEach((reading) => checkReading(reading, harness))
      assert.deepEqual(
        readings.map(({ fault }) => fault),
        [undefined, 'absent', undefined],
      )
      const [powerW = Number.NaN] = await drawn(harness, [b])
      assert.ok(Math.abs(powerW - 60) <= harness.resolutionW, `${powerW} W for 60 W`)
    })

    test('tells an outlet without a figure as such, and gives the others', async (harness) => {
      const [a, b] = harness.outlets
      if (harness.setFault === undefined) return
      await harness.setFault(a, 'unmeasured')
      await harness.setPower(b, 60)
      const readings = await harness.meter.read([a, b], never)
      readings.forEach((reading) => checkReading(reading, harness))
      assert.deepEqual(
        readings.map(({ fault }) => fault),
        ['unmeasured', undefined],
      )
    })

    test('checks itself: what is there, and what is missing', async (harness) => {
      const items = await harness.meter.check(harness.outlets, never)
      assert.ok(items.length > 0)
      for (const item of items) assert.ok(item.ok && item.what !== '', `${item.what}: ${item.detail}`)
      if (harness.absent === undefined) return
      const missing = await harness.meter.check([harness.absent], never)
      assert.ok(
        missing.some(({ ok, remedy }) => !ok && remedy !== undefined),
        JSON.stringify(missing),
      )
    })

    for (const fault of ['away', 'hang', 'refuse', 'garbage'] as const) {
      test(`tells that the device is not well (${fault}), gives nothing then, and recovers`, async (harness) => {
        if (!harness.faults.includes(fault)) return
        const [a] = harness.outlets
        await harness.meter.read([a], never)
        await harness.behave(fault)
        await assert.rejects(harness.meter.read([a], never), (error) => {
          assert.ok(error instanceof GleanerError, String(error))
          assert.ok(codes[fault].includes(error.code), `${error.code}: ${error.message}`)
          for (const secret of harness.secrets) assert.ok(!`${error.message} ${error.remedy}`.includes(secret))
          return true
        })
        const items = await harness.meter.check([a], never)
        assert.ok(
          items.some((item) => !item.ok && item.remedy !== undefined),
          JSON.stringify(items),
        )
        for (const secret of harness.secrets) assert.ok(!JSON.stringify(items).includes(secret))
        await harness.behave(undefined)
        await harness.setPower(a, 84)
        const [powerW = Number.NaN] = await drawn(harness, [a])
        assert.ok(Math.abs(powerW - 84) <= harness.resolutionW, `${powerW} W for 84 W`)
      })
    }

    test('ends soon when it is not wanted any more', async (harness) => {
      if (!harness.faults.includes('hang')) return
      await harness.behave('hang')
      const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
        (signal) => harness.meter.read(harness.outlets, signal),
        (signal) => harness.meter.check(harness.outlets, signal),
      ]
      for (const call of calls) {
        const controller = new AbortController()
        const ended = assert.rejects(
          endsWithin(soonMs, call(controller.signal)),
          (error) => error === controller.signal.reason || isError(error, 'meter-unavailable'),
        )
        await new Promise((resolve) => setImmediate(resolve))
        controller.abort(new Error('enough'))
        await ended
      }
    })

    test('closes for good and leaves nothing behind', async (harness) => {
      const leaks = leakCheck()
      const other = await subject.open()
      await other.meter.read(other.outlets, never)
      await other.meter.close()
      await other.meter.close()
      await assert.rejects(other.meter.read(other.outlets, never), (error) => isError(error, 'meter-unavailable'))
      await other.dispose()
      await leaks.assertNone()
      await harness.meter.read(harness.outlets, never)
    })
  })
}
