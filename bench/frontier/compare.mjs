// node bench/frontier/compare.mjs SCOPE_S:INSTANCES_PER_HOST:TRACE[,TRACE…] …: the tables of docs/oversubscription.md, a column for each argument.
// What each strategy mispredicts and violates on the hosts of all traces of a column, and for each published one the caution at which
// Gleaner is better in both, or how close it comes; with several columns also for the mean of all of them, at one caution.
// Per scope and in multiples of the capacity; cost = misprediction + 20 × violation, as there.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labEstimate, labStrategyNames } from '../../packages/lab/dist/index.js'

const columns = process.argv.slice(2).map((argument) => {
  const [scopeS, instancesPerHost, ...rest] = argument.split(':')
  return { scopeS: Number(scopeS), instancesPerHost: Number(instancesPerHost), traces: rest.join(':').split(',') }
})
if (columns.length === 0 || columns.some(({ scopeS, instancesPerHost }) => !(scopeS > 0 && instancesPerHost > 0))) {
  console.error('node bench/frontier/compare.mjs SCOPE_S:INSTANCES_PER_HOST:TRACE[,TRACE…] …')
  process.exit(2)
}
const cautions = [...Array.from({ length: 81 }, (_, nth) => nth / 16), 5.5, 6, 6.5, 7, 8, 9, 10, 11, 12, 13, 14, 20]
const published = labStrategyNames.filter((name) => !['gleaner', 'oracle'].includes(name))
const priceOfViolation = 20

async function figuresOf(column) {
  const out = mkdtempSync(join(tmpdir(), 'gleaner-frontier-'))
  const failed = await labEstimate({
    ...column,
    out,
    strategies: ['gleaner', ...published, ...cautions.map((caution) => `gleaner@${caution}`)],
    console: { print() {}, progress: (text) => process.stderr.write(text), isTerminal: process.stderr.isTTY },
  })
  if (failed !== 0) process.exit(1)
  const [head, ...rows] = readFileSync(join(out, 'summary.csv'), 'utf8').trim().split('\n')
  rmSync(out, { recursive: true })
  const names = head.split(',')
  const sums = new Map()
  for (const row of rows) {
    const cell = Object.fromEntries(row.split(',').map((text, nth) => [names[nth], text]))
    if (cell.host !== '*' || cell.resource !== 'cpu') continue
    const sum = sums.get(cell.strategy) ?? { slices: 0, misprediction: 0, violation: 0 }
    const hosts = Number(cell.hosts)
    sum.slices += Number(cell.slices)
    sum.misprediction += Number(cell.misprediction) * hosts
    sum.violation += Number(cell.violation) * hosts
    sums.set(cell.strategy, sum)
  }
  return new Map(
    [...sums].map(([name, { slices, misprediction, violation }]) => [
      name,
      { misprediction: misprediction / slices, violation: violation / slices },
    ]),
  )
}

/** The mean of each figure; every column weighs the same, however many hosts it has. */
function together(all) {
  const mean = (name, figure) => all.reduce((sum, of) => sum + of.get(name)[figure], 0) / all.length
  return new Map(
    [...all[0].keys()].map((name) => [
      name,
      { misprediction: mean(name, 'misprediction'), violation: mean(name, 'violation') },
    ]),
  )
}

const text = ({ misprediction, violation }) => `${misprediction.toFixed(4)} / ${violation.toFixed(5)}`
const cost = ({ misprediction, violation }) => misprediction + priceOfViolation * violation
/** How far one is behind another, in the worse of the two figures, as a ratio; below 1: better in both. */
const behind = (one, other) =>
  Math.max(one.misprediction / other.misprediction, (one.violation + 1e-9) / (other.violation + 1e-9))
const beats = (one, other) =>
  one.misprediction <= other.misprediction &&
  one.violation <= other.violation &&
  (one.misprediction < other.misprediction || one.violation < other.violation)

function tell(title, of) {
  console.log(`\n${title}`)
  for (const name of ['gleaner', ...published])
    console.log(`${name.padEnd(27)} ${text(of.get(name))}  cost ${cost(of.get(name)).toFixed(4)}`)
  console.log('\nWith the knob turned')
  for (const name of published) {
    const other = of.get(name)
    const tried = cautions
      .map((caution) => ({ caution, figures: of.get(`gleaner@${caution}`) }))
      .toSorted((a, b) => behind(a.figures, other) - behind(b.figures, other))
    const best = tried.find((one) => beats(one.figures, other)) ?? tried[0]
    const ratio = behind(best.figures, other)
    const ahead = ratio === 1 ? 'the same' : `ahead by ${((ratio - 1) * 100).toFixed(1)} %`
    const verdict = beats(best.figures, other) ? 'beaten' : ahead
    console.log(`${name.padEnd(27)} ${text(other)}  gleaner@${best.caution}: ${text(best.figures)}  ${verdict}`)
  }
}

const all = []
for (const column of columns) {
  const of = await figuresOf(column)
  all.push(of)
  tell(`${column.traces.join(', ')}: scopes of ${column.scopeS} s`, of)
}
if (all.length > 1) tell('All together', together(all))
