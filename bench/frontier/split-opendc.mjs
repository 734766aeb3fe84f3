// node bench/frontier/split-opendc.mjs FOLDER OUT.csv 0|1: every second instance of an OpenDC folder (meta.parquet and trace.parquet),
// sorted by number, as a table of one host that `gleaner lab estimate` reads. So the strategies can be tuned on one half and judged on the other.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openParquet } from '../../packages/lab/dist/trace/parquet-rows.js'

const [folder, out, half] = process.argv.slice(2)
if (folder === undefined || out === undefined || !['0', '1'].includes(half)) {
  console.error('node bench/frontier/split-opendc.mjs FOLDER OUT.csv 0|1')
  process.exit(2)
}
async function read(name, columns) {
  const table = await openParquet(join(folder, name), () => {})
  const all = []
  for await (const { rows } of table.rows(columns)) for (const row of rows) all.push(row)
  table.close()
  return all
}
const stepMs = 300_000

const known = new Map(
  (await read('meta.parquet', ['id', 'cpu_count', 'cpu_capacity']))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .filter((_, nth) => nth % 2 === Number(half))
    .map(([id, cores, capacityMHz]) => [String(id), { cores, capacityMHz }]),
)
const lines = ['time,instance,cpu,cpu_allocated']
for (const row of await read('trace.parquet', ['id', 'timestamp', 'duration', 'cpu_count', 'cpu_usage'])) {
  const [id, timestampMs, durationMs, cores, usageMHz] = row
  const instance = known.get(String(id))
  if (instance === undefined) continue
  // Some rows have a count of 0: the size stays what it was.
  if (cores > 0) instance.cores = cores
  const cpu = (usageMHz / instance.capacityMHz) * instance.cores
  // Neighbours that were equal are one row; its time is that of its end.
  const steps = Math.max(1, Math.round(durationMs / stepMs))
  for (let back = steps; back >= 1; back--)
    lines.push([(timestampMs - back * stepMs) / 1000, id, cpu, instance.cores].join(','))
}
writeFileSync(out, `${lines.join('\n')}\n`)
console.log(`${out}: ${known.size} instances, ${lines.length - 1} samples`)
