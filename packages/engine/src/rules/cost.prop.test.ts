import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkExpression } from './check-expression.ts'
import { costLimit, costs, windowCost } from './cost.ts'
import { beginEvaluation } from './evaluate-rules.ts'
import { buildInstanceTable } from './instance-table.ts'
import { readyMadeRules } from './ready-made.ts'
import { linkRules } from './rule-program.ts'
import type { TelemetryAccess } from './telemetry-access.ts'
import { expressions } from './testing/expression-generator.ts'
import { testHistory, testInstance, testRule, testSnapshot, worldNowMs } from './testing/rule-world.ts'

// What the questions to telemetry and history really cost in one evaluation, by the same price list.
function meter(answer: () => number): {
  telemetry: TelemetryAccess
  spent: () => number
  history: ReturnType<typeof testHistory>
} {
  let spent = 0
  const pay = (price: number) => {
    spent += price
  }
  const history = testHistory([])
  return {
    spent: () => spent,
    telemetry: {
      slotOf: () => 0,
      latest: () => (pay(costs.latest), answer()),
      query: (_slot, request) => (pay(windowCost(request.lengthMs) / 2), request.fn === 'coverage' ? 1 : answer()),
      quietSince: () => (pay(costs.quiet), { sinceMs: answer() }),
    },
    history: {
      lastActionAtMs: (id, action) => (pay(costs.history), history.lastActionAtMs(id, action)),
      actionCount: (id, action, span) => (pay(costs.history), history.actionCount(id, action, span)),
      lastResumedAtMs: (id) => (pay(costs.history), history.lastResumedAtMs(id)),
      isReclaimed: (id) => history.isReclaimed(id),
    },
  }
}

const costly = expressions({
  bool: ['enoughData(cpu, 0.9, "7d")', 'instance.protected'],
  number: [
    'average(cpu, "14d")',
    'percentile(disk, 95, "1h")',
    'shareBelow(cpuFraction, 0.03 * instance.vcpus, "2d")',
    'quietFor(cpu, 1)',
    'idleFor()',
    'idleS',
    'sinceAction("stop")',
    'actionCount("stop", "7d")',
    'sinceResumed()',
    'coverage(users, "3d")',
  ],
  text: ['instance.name'],
})

it('no evaluation costs more than was foreseen, whatever telemetry answers', () => {
  fc.assert(
    fc.property(
      costly.bool,
      fc.array(fc.constantFrom(0, 0.02, 1, 5, Number.NaN), { minLength: 1 }),
      (text, answers) => {
        const checked = checkExpression(text)
        fc.pre(checked.ok)
        let asked = 0
        const { telemetry, history, spent } = meter(() => answers[asked++ % answers.length] as number)
        const table = buildInstanceTable([testSnapshot([testInstance()])], telemetry)
        const program = linkRules([testRule(text)])
        beginEvaluation({ program, table, telemetry, history, nowMs: worldNowMs }).evaluate(0, 1)
        if (!checked.ok) return
        expect(spent()).toBeLessThanOrEqual(checked.expression.cost)
        expect(checked.expression.cost).toBeLessThanOrEqual(costLimit)
      },
    ),
    { numRuns: 800 },
  )
})

it('the cheap conjuncts of every ready-made rule spare the windows of instances that are not running', () => {
  for (const { definition } of readyMadeRules.filter(({ definition: { action } }) => action !== 'start')) {
    const { telemetry, history, spent } = meter(() => 0)
    const table = buildInstanceTable(
      [testSnapshot([testInstance('x', { state: 'stopped', tags: ['office-hours'] })])],
      telemetry,
    )
    const program = linkRules([testRule(definition.expression)])
    beginEvaluation({ program, table, telemetry, history, nowMs: worldNowMs }).evaluate(0, 1)
    expect(spent()).toBe(0)
  }
})

it('a question that several rules ask is asked once', () => {
  const text = 'average(cpu, "1h") < 1 && average(cpu, "1h") > 0 && idleFor() > 1'
  const alone = meter(() => 0.5)
  const shared = meter(() => 0.5)
  const run = (metered: ReturnType<typeof meter>, rules: number) => {
    const table = buildInstanceTable([testSnapshot([testInstance()])], metered.telemetry)
    const program = linkRules(Array.from({ length: rules }, () => testRule(text)))
    beginEvaluation({
      program,
      table,
      telemetry: metered.telemetry,
      history: metered.history,
      nowMs: worldNowMs,
    }).evaluate(0, 1)
    return metered.spent()
  }
  expect(run(shared, 20)).toBe(run(alone, 1))
})
