// What the scheduler sells per core and MiB of a host. A ratio below what is sold already only ends new sales.
import { GleanerError } from '@gleaner/model'
import type { RatioControl } from '@gleaner/ports'
import { findMachine, refuseIfTold } from './find.ts'
import type { Inside } from './inside.ts'

const highestRatio = 100

export function ratioControl(inside: Inside): RatioControl {
  return {
    async setRatios(hostId, ratios, signal) {
      await inside.enter({ call: 'ratio' }, signal)
      const machine = findMachine(inside, hostId)
      refuseIfTold(inside, { call: 'ratio' }, machine.view.name)
      for (const ratio of [ratios.coreRatio, ratios.memoryRatio])
        if (ratio !== undefined && !(ratio > 0 && ratio <= highestRatio))
          throw new GleanerError('cloud-refused', { cloud: inside.cloud, detail: `${ratio} is no ratio` })
      if (inside.faults.strike('override', { call: 'ratio' })) return
      machine.setRatios(ratios)
      inside.world().revision++
    },
    async overridden(hostId, signal) {
      await inside.enter({ call: 'ratio' }, signal)
      findMachine(inside, hostId)
      const overridden = inside.faults.list().some(({ kind }) => kind === 'override')
      return overridden ? 'a setting of the hypervisor fixes its ratios (simulated)' : undefined
    },
  }
}
