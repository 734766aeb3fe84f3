// How long for a day of 1,052 instances on 800 hosts under Gleaner's own consolidation: 287 decisions, of which each sees the
// whole fleet. Limit 50 ms a decision, which is what a power plan may cost.
import { gleanerConsolidation } from '../packages/engine/dist/index.js'
import { cloudsimSetUp } from '../packages/lab/dist/consolidation/cloudsim-set-up.js'
import { replayConsolidation } from '../packages/lab/dist/consolidation/replay-consolidation.js'
import { congruential } from './parts/seeded.mjs'

const random = congruential(1)
// Few are busy, most are nearly idle, all wander: the shape of PlanetLab's days.
const shares = Array.from({ length: 1052 }, () => {
  const level = random() ** 4
  let wander = 0
  return Float64Array.from({ length: 288 }, () => {
    wander = 0.8 * wander + 0.1 * (random() - 0.5)
    return Math.min(1, Math.max(0, level + wander))
  })
})
const policy = gleanerConsolidation()
let decidingMs = 0
let slowestMs = 0
const timed = {
  name: policy.name,
  decide(fleet) {
    const before = performance.now()
    const moves = policy.decide(fleet)
    const tookMs = performance.now() - before
    decidingMs += tookMs
    if (fleet.step > 0) slowestMs = Math.max(slowestMs, tookMs)
    return moves
  },
}
const loads = { name: 'day', stepS: 300, shares }
const outcome = replayConsolidation(timed, { loads, setUp: cloudsimSetUp(shares.length), memoryBinds: false })
const meanMs = decidingMs / 287
const isGood = meanMs <= 50
console.log(
  `${meanMs.toFixed(2)} ms a decision (limit 50; slowest after the first ${slowestMs.toFixed(1)} ms); ${outcome.energyKWh.toFixed(1)} kWh, ${outcome.migrations} migrations${isGood ? '' : '  MISSED'}`,
)
process.exitCode = isGood ? 0 : 1
