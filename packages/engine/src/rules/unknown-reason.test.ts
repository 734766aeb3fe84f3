// Why a part of an expression is unknown: the deepest part that is to blame and nothing else.
import { describe, expect, it } from 'vitest'
import { explanationFor, steady, testHistory, testInstance, testRule, type World } from './testing/rule-world.ts'
import { unknownCodes } from './unknown-reason.ts'

function reason(expression: string, world: World) {
  const { verdict, clauses } = explanationFor(testRule(expression), world)
  expect(verdict.code).toBe('rule-unknown')
  expect(verdict.sentence).toContain(clauses[0]?.reason?.sentence)
  return `${clauses[0]?.reason?.code}: ${clauses[0]?.reason?.sentence}`
}

const measured: World = { samples: { cpu: steady(0.01, 600) } }
const sizeless: World = { ...measured, instance: testInstance('web-1', { vcpus: 0 }) }
const bare: World = { instance: testInstance('web-1', { hostId: undefined, flavor: undefined }) }
/** Its history is not loaded. */
const forgotten: World = {
  history: {
    lastActionAtMs: () => Number.NaN,
    actionCount: () => Number.NaN,
    lastResumedAtMs: () => Number.NaN,
    isReclaimed: () => undefined,
  },
}
const notLoaded = 'is not known: the history of the instance is not loaded'
const noSize = 'is not known: the cloud reports no size of the instance'

describe('what is to blame', () => {
  it.each<[string, World, string]>([
    ['average(cpu, "1h") < 1', bare, 'no-samples: cpu samples cover 0 of the last 1h, needed >= 0.5'],
    ['enoughData(cpu, 0.9, "1h")', bare, 'no-samples: cpu samples cover 0 of the last 1h, needed >= 0.9'],
    // Half of the window is enough, one sample less is not.
    [
      'average(cpu, "1h") < 1',
      { samples: { cpu: steady(0.01, 29) } },
      'too-few-samples: cpu samples cover 0.4833 of the last 1h, needed >= 0.5',
    ],
    ['average(cpuFraction, "1h") < 1', sizeless, `division-by-zero: average of cpuFraction over 1h ${noSize}`],
    ['shareBelow(cpu, users, "1h") > 0.5', measured, 'no-samples: users is not known: there is no recent sample'],
    // Exactly half of the window has samples.
    ['shareBelow(cpu, users, "20h") > 0.5', measured, 'no-samples: users is not known: there is no recent sample'],
    ['quietFor(cpu, users) > 1', measured, 'no-samples: users is not known: there is no recent sample'],
    ['quietFor(disk, 1) > 1', measured, 'no-samples: time with disk below 1 is not known: there are no recent samples'],
    ['quietFor(cpuFraction, 0.5) > 1', sizeless, `division-by-zero: time with cpuFraction below 0.5 ${noSize}`],
    ['reclaimed', forgotten, `no-history: reclaimed ${notLoaded}`],
    ['sinceAction("stop") > 1', forgotten, `no-history: time since the last stop by Gleaner ${notLoaded}`],
    ['actionCount("stop", "7d") > 1', forgotten, `no-history: number of times Gleaner did stop in 7d ${notLoaded}`],
    ['sinceResumed() > 1', forgotten, `no-history: time since the last resume or start ${notLoaded}`],
    ['cpu + users > 1', measured, 'no-samples: users is not known: there is no recent sample'],
    ['disk + cpu > 1', measured, 'no-samples: disk is not known: there is no recent sample'],
    [
      '10 % (instance.vcpus - 2) > 1',
      bare,
      'division-by-zero: 10 % (instance.vcpus - 2) has no value: the divisor is zero',
    ],
    ['min(cpu, disk) < 1', measured, 'no-samples: disk is not known: there is no recent sample'],
    [
      'instance.flavor.lowerAscii() == "a"',
      bare,
      'not-reported: instance.flavor is not known: the cloud knows no flavor for it',
    ],
    ['tagValue("a") == ""', tagged(513), 'too-large: the instance has 513 tags, more than 512 are not looked through'],
    ['"a" in instance.tags', tagged(513), 'too-large: the instance has 513 tags, more than 512 are not looked through'],
    ['-disk < 1', measured, 'no-samples: disk is not known: there is no recent sample'],
    [
      'valueOr(instance.flavor, host.name) == "a"',
      bare,
      'not-reported: instance.flavor is not known: the cloud knows no flavor for it',
    ],
  ])('%s', (expression, world, expected) => {
    expect(reason(expression, world)).toBe(expected)
  })

  it('nothing, where half of the window has samples', () => {
    expect(explanationFor(testRule('average(cpu, "1h") < 1'), { samples: { cpu: steady(0.01, 30) } }).outcome).toBe(
      'matched',
    )
    const known = { ...bare, history: testHistory([]) }
    expect(explanationFor(testRule('!reclaimed && actionCount("stop", "7d") == 0'), known).outcome).toBe('matched')
  })
})

it('every code has words', () => {
  for (const words of Object.values(unknownCodes)) expect(words).toMatch(/^[A-Z].*\.$/)
})

function tagged(count: number): World {
  return { instance: testInstance('web-1', { tags: Array.from({ length: count }, (_, nth) => `t${nth}`) }) }
}
