// Reads one meter of power and gives what it says to the book of energy. A meter that does not answer is a problem and a gap;
// the others are read by loops of their own and do not wait for it. Only the leader reads.
import { describeError } from '@gleaner/model'
import type { PowerMeter } from '@gleaner/ports'
import type { MeterSettings } from '../config/metering.ts'
import { periodMs } from '../energy/wire-outlets.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

/** Real time a reading may take before the meter counts as silent. */
const readTimeoutMs = 15_000

export const meterSubject = (id: string): string => `meter ${id}`

export function meterLoop(runtime: Runtime, meter: PowerMeter, settings: MeterSettings): Loop {
  const { clock, energy, hub, problems, state } = runtime
  return new Loop({
    name: `meter:${meter.id}`,
    periodMs: periodMs(settings, clock.speed),
    clock,
    onError: (error) => {
      energy.failed(meter.id, describeError(error))
      void problems.reportError(meterSubject(meter.id), error)
    },
    run: async (signal) => {
      if (state.fence === undefined) return 'follows'
      const outlets = energy.outletsOf(meter.id)
      if (outlets.length === 0) return 'waits for hosts that hang on it'
      const readings = await meter.read(outlets, AbortSignal.any([signal, AbortSignal.timeout(readTimeoutMs)]))
      energy.take(meter.id, readings)
      await problems.settle(meterSubject(meter.id))
      // Nobody puts ten thousand figures into words that nobody hears.
      if (hub.listeners > 0)
        hub.tell('power', {
          meter: meter.id,
          outlets: readings.map(({ outlet, powerW }) => ({ outlet, powerW: powerW ?? null })),
        })
      const without = readings.filter(({ fault }) => fault !== undefined).length
      return `${readings.length} outlets${without > 0 ? `, ${without} without a figure` : ''}`
    },
  })
}
