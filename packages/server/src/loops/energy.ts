// Shares out what the meters measured among those who were on the hosts, and writes it. Runs with the sampling of usage, and
// at every new reading of a cloud, so that who leaves a host pays until it left. Tells what was not believed, per outlet.
import type { OutletState } from '@gleaner/engine'
import { isError } from '@gleaner/model'
import { doubtReport, unknownHostReport } from '../energy/energy-problems.ts'
import type { Runtime } from '../runtime.ts'
import { Loop } from './loop.ts'

export function energyLoop(runtime: Runtime): Loop {
  const { clock, config, energy, problems, state } = runtime
  let term: number | undefined
  let told = new Set<string>()

  /** One row per outlet; resolved when a whole run brought nothing to doubt. */
  const tell = async (doubted: readonly OutletState[]): Promise<void> => {
    const reports = [
      ...doubted.flatMap((outlet) => doubtReport(outlet) ?? []),
      ...energy.unknownHosts.map((unknown) => unknownHostReport(unknown)),
    ]
    const now = new Set(reports.map(({ subject }) => subject))
    for (const subject of told) if (!now.has(subject)) await problems.settle(subject)
    for (const report of reports) await problems.report(report)
    told = now
  }

  return new Loop({
    name: 'energy',
    periodMs: config.periods.sampleMs,
    clock,
    onError: (error) => void problems.reportError('energy', error),
    run: async () => {
      const { fence } = state
      if (fence === undefined) return 'follows'
      if (fence.term !== term) energy.drop()
      term = fence.term
      await tell(energy.settle())
      try {
        const lines = await energy.save(fence)
        await problems.settle('energy')
        runtime.hub.tell('energy')
        return `${lines} lines written`
      } catch (error) {
        if (isError(error, 'not-leader')) energy.drop()
        throw error
      }
    },
  })
}
