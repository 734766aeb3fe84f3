// Remembering makes no difference: cycle after cycle, through whatever happens to samples, records, hosts, history and
// clock, every rule says about every instance what it says when it is asked anew. And it spares nearly all questions.
import fc from 'fast-check'
import { type Instance, metrics } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import { TelemetryWindows } from '../telemetry/telemetry-windows.ts'
import { seededRandom } from '../telemetry/testing/random-load.ts'
import { beginEvaluation, outcomeAt } from './evaluate-rules.ts'
import { firstLooks } from './first-looks.ts'
import { emptyHistory } from './history-access.ts'
import { buildInstanceTable } from './instance-table.ts'
import { readyMadeRules } from './ready-made.ts'
import { linkRules } from './rule-program.ts'
import type { TelemetryAccess } from './telemetry-access.ts'
import { dayMs, minuteMs, testHistory, testHost, testInstance, testRule, worldNowMs } from './testing/rule-world.ts'
import { VerdictMemory } from './verdict-memory.ts'

const variants = [
  'average(cpu, "10m") < 0.05',
  '0.05 > average(cpu, "30m")',
  'maximum(cpu, "1h") <= 0.1 && instance.vcpus >= 2',
  'minimum(cpu, "30m") > 0.02',
  '!(shareBelow(cpu, 0.05 * instance.vcpus, "30m") >= 0.9)',
  'shareBelow(cpu, 0.05, "2d") >= 0.5 || average(cpuFraction, "6h") > 0.2',
  'percentile(cpu, 95, "1d") < 0.3',
  'percentile(cpu, 50, "1h") >= 0.02',
  'average(networkRx, "6h") + average(networkTx, "6h") <= 300',
  'average(networkRx, "30m") + average(networkTx, "10m") > 300',
  'enoughData(cpu, 0.8, "1h") && enoughData(users, 0.5, "6h")',
  'coverage(cpu, "2d") > 0.7',
  'shareBelow(idleS, 600, "1h") < 0.5',
  'average(cpu, "1h") < cpu',
  'average(cpu, "30m") < instance.ageS / 1000000',
  'known(average(cpu, "1d")) || host.state == "up"',
  'hasTag("office") && instance.state == "running" && sinceAction("suspend") > duration("1h")',
  'average(memoryFraction, "95m") < 0.2 && local.hour < 12',
]
const rules = [
  ...readyMadeRules.map(({ definition }) => testRule(definition.expression, { covers: definition.covers })),
  ...variants.map((expression) => testRule(expression)),
]

/** Usage in stretches of hours: idle, busy, in bursts. */
function usage(seed: number, atMs: number, random: () => number): readonly number[] {
  const stretch = Math.floor(atMs / (7 * 3_600_000)) + seed
  const kind = (Math.imul(stretch, 2_654_435_761) >>> 16) % 4
  const cpu = kind < 2 ? 0.01 : kind === 2 ? 0.5 + random() : random() < 0.1 ? 0.6 : 0.01
  const network = cpu > 0.05 ? 1000 : 100
  return [cpu, 500 + 900 * cpu, network, network / 2, 2000, cpu > 0.3 ? 1 : 0, cpu > 0.3 ? 0 : 7200]
}

interface Life {
  readonly seed: number
  readonly days: number
  readonly gaps: number
}

const lives = fc.record<Life>({
  seed: fc.integer({ min: 0, max: 1e6 }),
  days: fc.constantFrom(0.01, 0.3, 2, 8, 15),
  gaps: fc.constantFrom(0, 0.02, 0.4),
})

function play(life: Life, perCycle: (spent: { readonly remembered: number; readonly anew: number }) => void): void {
  const random = seededRandom(life.seed)
  const telemetry = new TelemetryWindows()
  const program = linkRules(rules)
  const memory = new VerdictMemory(program, telemetry)
  const asked = { count: 0 }
  const counting: TelemetryAccess = {
    slotOf: (id) => telemetry.slotOf(id),
    latest: (slot, metric, atMs) => telemetry.latest(slot, metric, atMs),
    quietSince: (slot, request, toMs) => telemetry.quietSince(slot, request, toMs),
    query(slot, request, toMs) {
      asked.count++
      return telemetry.query(slot, request, toMs)
    },
  }
  let instances: readonly Instance[] = Array.from({ length: 6 }, (_, n) =>
    testInstance(`vm-${n}`, {
      vcpus: 2 ** (n % 3),
      createdAtMs: worldNowMs - (n + 1) * 3 * dayMs,
      state: n === 5 ? 'stopped' : 'running',
      tags: n % 2 === 0 ? ['office-hours', 'office'] : [],
    }),
  )
  let host = testHost()
  let history = emptyHistory
  const send = (nth: number, atMs: number, nowMs: number) => {
    const id = instances[nth]?.id
    if (id === undefined) return
    const values = Float64Array.from(usage(life.seed + nth, atMs, random))
    if (random() < life.gaps) values.fill(Number.NaN, 0, Math.floor(random() * metrics.length))
    telemetry.ingest({ subjects: [id], atMs: Float64Array.of(atMs), values }, nowMs)
  }
  for (let atMs = worldNowMs - life.days * dayMs; atMs < worldNowMs; atMs += minuteMs)
    for (let nth = 1; nth < 6; nth++) if (random() >= life.gaps) send(nth, atMs, atMs)

  let nowMs = worldNowMs
  for (let cycle = 0; cycle < 60; cycle++) {
    const lastMs = nowMs
    nowMs += minuteMs * (0.8 + 0.4 * random())
    const chance = random()
    if (chance < 0.01) nowMs += random() * 5 * 3_600_000
    if (chance > 0.99) nowMs -= 10 * minuteMs
    // A sample of this very moment is not in the windows that end now.
    const isOnStep = random() < 0.3
    if (isOnStep) nowMs = Math.ceil(nowMs / minuteMs) * minuteMs
    for (let nth = 0; nth < 6; nth++) {
      if (random() >= life.gaps) send(nth, nowMs - random() * minuteMs, nowMs)
      if (random() < 0.02) send(nth, nowMs - random() * 3_600_000, nowMs)
      if (isOnStep) send(nth, nowMs, nowMs)
    }
    const changed = Math.floor(random() * 60)
    instances = instances.map((instance, nth) => {
      if (nth !== changed) return instance
      const state = random() < 0.5 ? 'running' : 'stopped'
      return { ...instance, state, vcpus: 1 + Math.floor(random() * 8), tags: random() < 0.5 ? ['office'] : [] }
    })
    if (chance > 0.9 && chance < 0.92) host = testHost({ state: random() < 0.5 ? 'up' : 'down' })
    if (chance > 0.92 && chance < 0.94)
      history = testHistory([{ name: `vm-${changed % 6}`, action: 'suspend', atMs: nowMs - random() * 7_200_000 }])
    if (chance > 0.94 && chance < 0.945) telemetry.clear(changed % 6)
    if (chance > 0.945 && chance < 0.95) telemetry.remove(instances[changed % 6]?.id ?? '')

    // The order and the number of the instances change from reading to reading.
    const shown = instances.filter(() => random() > 0.02).sort(() => random() - 0.5)
    const table = buildInstanceTable([{ hosts: [host], instances: shown, projects: [] }], counting)
    const input = { program, table, telemetry: counting, history, nowMs }
    // At times some are looked at beforehand, at any time since the last cycle.
    if (random() < 0.2) {
      const before = { ...input, nowMs: Math.min(nowMs, lastMs + random() * (nowMs - lastMs)), memory }
      const looks = beginEvaluation(before)
      for (const row of firstLooks(before)) if (random() < 0.5) looks.evaluate(row, row + 1)
    }
    asked.count = 0
    const remembering = beginEvaluation({ ...input, memory })
    remembering.evaluate(0, shown.length)
    const remembered = asked.count
    asked.count = 0
    const direct = beginEvaluation(input)
    direct.evaluate(0, shown.length)
    for (let index = 0; index < shown.length; index++)
      for (const [number, rule] of rules.entries()) {
        const said = outcomeAt(remembering, index, number)
        const expected = outcomeAt(direct, index, number)
        if (said !== expected)
          expect.fail(
            `cycle ${cycle}: "${rule.definition.expression}" of ${shown[index]?.name} is ${expected}, remembered ${said}`,
          )
      }
    expect(firstLooks({ ...input, memory }), 'what is new after a cycle').toEqual([])
    perCycle({ remembered, anew: asked.count })
  }
}

describe('verdicts remembered', () => {
  test('are those of asking anew, in every cycle', () => {
    fc.assert(
      fc.property(lives, (life) => play(life, () => undefined)),
      { numRuns: 8 },
    )
  }, 120_000)

  test('spare most of the questions', () => {
    let remembered = 0
    let anew = 0
    let cycle = 0
    play({ seed: 7, days: 8, gaps: 0 }, (spent) => {
      if (cycle++ === 0) return
      remembered += spent.remembered
      anew += spent.anew
    })
    expect(anew).toBeGreaterThan(1000)
    expect(remembered / anew).toBeLessThan(0.5)
  })
})
