// How long from a file of ScroogeVM to the results of all eight published strategies: 60 instances, 48 scopes of 60 samples
// (limit 1 s), and of 720 samples (limit 3 s and 300 MB). The ancestor takes 5 minutes for one strategy of the first, half an
// hour and more for one of the second. Each in a process of its own, so that the memory is its own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labGenerate } from '../packages/lab/dist/index.js'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const child = `
import { labEstimate } from ${JSON.stringify(new URL('../packages/lab/dist/index.js', import.meta.url).href)}
const startedMs = performance.now()
const strategies = ['percentile', 'doa', 'greedy', 'scroogevm', 'nsigma', 'rclike', 'borg', 'maxpeak']
await labEstimate({ traces: [process.argv[1]], out: process.argv[2], strategies, threads: 1, console: { print() {}, progress() {}, isTerminal: false } })
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1000, maxMB: process.resourceUsage().maxRSS / 1000 }))
`
let isMet = true
try {
  for (const { title, stepS, limitMs, limitMB } of [
    { title: '60 samples a scope', stepS: 30, limitMs: 1000, limitMB: Number.POSITIVE_INFINITY },
    { title: '720 samples a scope', stepS: 2.5, limitMs: 3000, limitMB: 300 },
  ]) {
    const trace = labGenerate(
      { out: join(folder, 't.json'), scopes: 48, scopeS: 1800, stepS, instancesPerHost: 60, churn: 0 },
      { print() {} },
    )
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', child, trace, join(folder, `out-${stepS}`)], {
      encoding: 'utf8',
    })
    const { wallMs, cpuMs, maxMB } = JSON.parse(run.stdout)
    const isGood = wallMs <= limitMs && maxMB <= limitMB
    isMet &&= isGood
    console.log(
      `${title} (${(statSync(trace).size / 1e6).toFixed(1)} MB): ${Math.round(wallMs)} ms (limit ${limitMs}), CPU ${Math.round(cpuMs)} ms with start-up, ${Math.round(maxMB)} MB (limit ${limitMB})${isGood ? '' : '  MISSED'}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(isMet ? 0 : 1)
