// node packages/console/scripts/size.mjs: the gzipped size of the built script, all chunks together, against its budget.
// Fails above 300 kB. What the first page loads is shown apart.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const say = (line) => process.stdout.write(`${line}\n`)
const limitKB = 300
const dist = new URL('../dist/', import.meta.url)
const sizes = { js: 0, css: 0 }
const rows = []
for (const name of readdirSync(new URL('assets/', dist))) {
  const kind = name.split('.').pop()
  if (kind !== 'js' && kind !== 'css') continue
  const bytes = gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length
  sizes[kind] += bytes
  rows.push([bytes, name])
}
for (const [bytes, name] of rows.sort((a, b) => b[0] - a[0])) {
  say(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${name}`)
}
const html = readFileSync(new URL('index.html', dist), 'utf8')
const first = rows
  .filter(([, name]) => name.endsWith('.js') && html.includes(name))
  .reduce((sum, [bytes]) => sum + bytes, 0)
say(
  `script ${(sizes.js / 1000).toFixed(1)} kB gzipped of ${limitKB} kB allowed, ${(first / 1000).toFixed(1)} kB of it before the first paint; styles ${(sizes.css / 1000).toFixed(1)} kB`,
)
if (sizes.js > limitKB * 1000) {
  say('The script is above its budget: load more on demand, or drop a dependency.')
  process.exit(1)
}
