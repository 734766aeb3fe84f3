// How long for ten days like PlanetLab's (1000 to 1500 instances, 288 samples each, as csv.gz) under all eight published
// strategies, on all cores. Limit 3 s.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labEstimate, labGenerate } from '../packages/lab/dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const quiet = { print() {}, progress() {}, isTerminal: false }
try {
  const traces = Array.from({ length: 10 }, (_, day) =>
    labGenerate(
      {
        out: join(folder, `day-${day}.csv`),
        format: 'planetlab-table',
        gzip: true,
        seed: day + 1,
        scopes: 24,
        scopeS: 3600,
        stepS: 300,
        periodS: 86_400,
        instancesPerHost: 1000 + 50 * day,
      },
      quiet,
    ),
  )
  const strategies = ['percentile', 'doa', 'greedy', 'scroogevm', 'nsigma', 'rclike', 'borg', 'maxpeak']
  const before = process.cpuUsage()
  const startedMs = performance.now()
  await labEstimate({ traces, out: join(folder, 'out'), strategies, scopeS: 3600, console: quiet })
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(before)
  const isGood = wallMs <= 3000
  console.log(
    `10 days, 12,250 instances: ${Math.round(wallMs)} ms (limit 3000), CPU ${Math.round((user + system) / 1000)} ms${isGood ? '' : '  MISSED'}`,
  )
  process.exitCode = isGood ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
