// Is memory flat over the length of a trace? A generic table of 20 instances, read with a small spool: 40 days, then 320.
// Limit: 1.3 times the memory for eight times the length. (Of 10 days the heap has not yet grown to what it is collected at.)
import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

const folder = mkdtempSync(join(tmpdir(), 'gleaner-bench-'))
const child = `
import { estimateTrace } from ${JSON.stringify(new URL('../packages/lab/dist/run/estimate-trace.js', import.meta.url).href)}
const options = { strategies: ['gleaner', 'nsigma', 'rclike'], asPublished: false, scopeS: 3600, stepS: 60, spoolBytes: 8 << 20 }
await estimateTrace({ path: process.argv[1], name: 't', options }, () => {})
console.log(process.resourceUsage().maxRSS / 1000)
`
async function memoryOf(days) {
  const file = join(folder, `t-${days}.csv`)
  const out = createWriteStream(file)
  out.write('time,instance,cpu,cpu_allocated\n')
  for (let minute = 0; minute < days * 1440; minute++) {
    let rows = ''
    for (let one = 0; one < 20; one++)
      rows += `${minute * 60},i${one},${(1 + Math.sin(minute / 200 + one)).toFixed(4)},4\n`
    if (!out.write(rows)) await new Promise((resolve) => out.once('drain', resolve))
  }
  out.end()
  await finished(out)
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', child, file], { encoding: 'utf8' })
  return { megabytes: Number(run.stdout), size: statSync(file).size / 1e6 }
}
try {
  const short = await memoryOf(40)
  const long = await memoryOf(320)
  const isGood = long.megabytes <= 1.3 * short.megabytes
  console.log(
    `${short.size.toFixed(0)} MB of trace: ${short.megabytes.toFixed(0)} MB; ${long.size.toFixed(0)} MB: ${long.megabytes.toFixed(0)} MB (limit ${(1.3 * short.megabytes).toFixed(0)})${isGood ? '' : '  MISSED'}`,
  )
  process.exitCode = isGood ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
