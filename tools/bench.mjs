// npm run bench [NAME…]: builds, then runs each file of bench/ in a process of its own. A bench answers one question and
// prints its figure, the limit it is held against, the machine and its own command.
import { readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, requireNode, root, run } from './steps.mjs'

requireNode()
await ensureInstalled()
await ensureBuilt()
const wanted = process.argv.slice(2)
const files = readdirSync(join(root, 'bench')).filter(
  (name) => name.endsWith('.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
)
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
)
let failed = 0
for (const name of files.sort()) {
  console.log(`\n— ${name}   (npm run bench ${name.replace('.mjs', '')})`)
  await run(process.execPath, ['--expose-gc', join('bench', name)], { inherit: true }).catch(() => failed++)
}
process.exit(failed === 0 ? 0 : 1)
