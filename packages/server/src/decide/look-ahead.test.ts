// Looking ahead spreads the first look at every instance over several runs, ends whatever happens meanwhile, and leaves to
// the cycle that decides nearly nothing to ask.
import {
  type InstanceTable,
  type TelemetryAccess,
  TelemetryWindows,
  VerdictMemory,
  beginEvaluation,
  buildInstanceTable,
  compileRule,
  emptyHistory,
  linkRules,
  readyMadeRules,
} from '@gleaner/engine'
import { type Instance, cloudId, instanceId, projectId } from '@gleaner/model'
import { describe, expect, test } from 'vitest'
import { LookAhead } from './look-ahead.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 2, 4, 12)
const cloud = cloudId('sim')
const count = 1000

function instanceNamed(nth: number): Instance {
  return {
    id: instanceId(cloud, `i${nth}`),
    cloudId: cloud,
    name: `vm-${nth}`,
    projectId: projectId(cloud, 'p'),
    hostId: undefined,
    flavor: 'small',
    state: 'running',
    stateSinceMs: startMs - 20 * 86_400_000,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 20,
    createdAtMs: startMs - 20 * 86_400_000,
    firmness: 'firm',
    tags: [],
    protectedBy: undefined,
  }
}

function scene() {
  const telemetry = new TelemetryWindows()
  for (let atMs = startMs - 5 * 3_600_000; atMs <= startMs; atMs += minuteMs)
    telemetry.record('model', { atMs, values: { cpu: 0.01, networkRx: 100, networkTx: 100, disk: 100 } }, atMs)
  const form = telemetry.dump(telemetry.slotOf('model'))
  const instances = Array.from({ length: count }, (_, nth) => instanceNamed(nth))
  for (const { id } of instances) telemetry.load(id, form ?? new Uint8Array())
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
  const table = buildInstanceTable([{ hosts: [], instances, projects: [] }], counting)
  return { telemetry, counting, asked, table, book: bookFor(telemetry) }
}

function bookFor(telemetry: TelemetryWindows) {
  const compiled = readyMadeRules.map(({ definition }) => {
    const result = compileRule(definition)
    if (!result.ok) throw new Error(result.faults[0]?.message)
    return result.rule
  })
  const program = linkRules(compiled)
  return { rules: [], compiled, program, memory: new VerdictMemory(program, telemetry) }
}

function partsAt(nowMs: number, { counting, table, book }: ReturnType<typeof scene>) {
  return { book, table, telemetry: counting, history: emptyHistory, nowMs }
}

function outcomesOf(parts: ReturnType<typeof partsAt>, remembers: boolean): Uint8Array {
  const { program, memory } = parts.book
  const input = { ...parts, program, ...(remembers ? { memory } : {}) }
  const evaluation = beginEvaluation(input)
  evaluation.evaluate(0, (parts.table satisfies InstanceTable).instances.length)
  return evaluation.outcomes
}

describe('looking ahead', () => {
  test('takes several runs, tells how far it is, and leaves next to nothing to ask', async () => {
    const world = scene()
    const looks = new LookAhead({ few: 100, lookMs: 0 })
    const told: string[] = []
    for (let run = 0; run < 100; run++) {
      const progress = await looks.advance(partsAt(startMs + run * 1000, world))
      if (progress === undefined) break
      told.push(progress)
    }
    expect(told.length).toBeGreaterThan(2)
    expect(told[0]).toMatch(/^looks at instances for the first time: \d+ of 1000$/)
    const far = told.map((text) => Number(/(\d+) of/.exec(text)?.[1]))
    expect(far).toEqual([...far].sort((a, b) => a - b))
    expect(far.at(-1)).toBe(count)

    const parts = partsAt(startMs + 30_000, world)
    const asksOf = (remembers: boolean) => {
      world.asked.count = 0
      const outcomes = outcomesOf(parts, remembers)
      return { outcomes, asks: world.asked.count }
    }
    const anew = asksOf(false)
    const remembered = asksOf(true)
    expect(remembered.outcomes).toEqual(anew.outcomes)
    expect(remembered.asks).toBeLessThan(anew.asks / 2)
    // And from then on nothing is looked at beforehand.
    expect(await looks.advance(partsAt(startMs + minuteMs, world))).toBeUndefined()
  })

  test('is not done for a few, whom the cycle looks at itself', async () => {
    const looks = new LookAhead({ few: count, lookMs: 0 })
    expect(await looks.advance(partsAt(startMs, scene()))).toBeUndefined()
  })

  test('begins again when the rules are others, or nobody looked for long', async () => {
    const world = scene()
    const looks = new LookAhead({ few: 100, lookMs: Number.POSITIVE_INFINITY })
    const advance = (nowMs: number) => looks.advance(partsAt(nowMs, world))
    // Without a limit of time one run looks at all of them.
    const allLookedAt = `looks at instances for the first time: ${count} of ${count}`
    expect(await advance(startMs)).toBe(allLookedAt)
    expect(await advance(startMs + minuteMs)).toBeUndefined()
    expect(await advance(startMs + 20 * minuteMs)).toBeUndefined()
    expect(await advance(startMs + 60 * minuteMs)).toBe(allLookedAt)
    expect(await advance(startMs + 61 * minuteMs)).toBeUndefined()
    world.book = bookFor(world.telemetry)
    expect(await advance(startMs + 62 * minuteMs)).toBe(allLookedAt)
    expect(await advance(startMs + 62 * minuteMs)).toBeUndefined()
  })

  test('ends even when every instance is rewritten between two runs', async () => {
    const world = scene()
    const looks = new LookAhead({ few: 100, lookMs: 0 })
    let runs = 0
    while ((await looks.advance(partsAt(startMs + runs * 1000, world))) !== undefined) {
      runs++
      // A late sample voids whatever was foreseen.
      for (const slot of world.table.slots) {
        const values = new Float64Array(7).fill(0.01)
        world.telemetry.ingest(
          { slots: Int32Array.of(slot), atMs: Float64Array.of(startMs - 10 * minuteMs), values },
          startMs + runs * 1000,
        )
      }
      expect(runs).toBeLessThan(20)
    }
    expect(runs).toBeGreaterThan(2)
  })
})
