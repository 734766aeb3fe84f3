import { describe, expect, it } from 'vitest'
import { emptyHistory } from './history-access.ts'
import {
  dayMs,
  minuteMs,
  outcomeFor,
  steady,
  testHistory,
  testInstance,
  testRule,
  type World,
  worldNowMs,
} from './testing/rule-world.ts'

const busyWorld: World = {
  instance: testInstance('web-1', { tags: ['env=prod', 'keep', 'team=blue'] }),
  samples: {
    cpu: [...steady(0.01, 50), ...steady(1.5, 10)],
    memory: steady(1024, 60),
    networkRx: steady(100, 60),
    users: steady(0, 60),
  },
  history: testHistory(
    [
      { name: 'web-1', action: 'suspend', atMs: worldNowMs - 2 * dayMs },
      { name: 'web-1', action: 'suspend', atMs: worldNowMs - 9 * dayMs },
      { name: 'web-1', action: 'resume', atMs: worldNowMs - dayMs },
    ],
    ['web-1'],
  ),
}

const words = { matched: true, 'not-matched': false, unknown: 'unknown' } as const
const say = (expression: string, world: World = busyWorld) => {
  const outcome = outcomeFor(testRule(expression), world)
  return words[outcome as keyof typeof words] ?? outcome
}

describe('values', () => {
  it.each([
    ['cpu == 1.5', true],
    ['cpuFraction == 0.75', true],
    ['memoryFraction == 0.25', true],
    ['cpu < 1', false],
    ['1 < cpu', true],
    ['instance.name == "web-1" && instance.project == "web-shop" && instance.host == "hv-1"', true],
    ['instance.id == "lab:web-1" && project.id == "lab:p-1" && cloud == "lab" && host.id == "lab:hv-1"', true],
    ['instance.vcpus == 2 && instance.memoryMiB == 4096 && host.instances == 1', true],
    ['instance.ageS == duration("30d") && instance.stateAgeS == 20 * 86400', true],
    ['"keep" in instance.tags', true],
    ['"env" in instance.tags', false],
    ['hasTag("env") && hasTag("keep") && hasTag("env=prod") && hasTag("te*")', true],
    ['hasTag("en") || hasTag("prod")', false],
    ['tagValue("env") == "prod" && tagValue("nope") == ""', true],
    ['instance.preemptible || instance.protected', false],
    ['glob(instance.name, "web-?") && !glob(instance.name, "db-*")', true],
    ['instance.name.startsWith("web") && instance.name.endsWith("1") && instance.name.contains("b-")', true],
    ['instance.name.upperAscii() == "WEB-1" && size(instance.name) == 5 && instance.tags.size() == 3', true],
    ['min(1, 2) == 1 && max(1, 2) == 2 && abs(-3) == 3 && 7 % 4 == 3', true],
    ['inRange(23, 22, 6) && inRange(5, 22, 6) && !inRange(6, 22, 6) && inRange(22, 22, 6) && inRange(3, 2, 4)', true],
    [
      'local.hour == 8 && local.weekday == 1 && !local.isWeekend && local.date == "2025-06-02" && local.time == "08:00"',
      true,
    ],
    ['at("Europe/Paris").hour == 10 && at("America/New_York").hour == 4', true],
    ['now > timestamp("2025-06-02T07:59:59Z") && now < timestamp("2025-06-02T10:00:01+02:00")', true],
    ['now - timestamp("2025-06-02T07:00:00Z") == duration("1h")', true],
    ['now - duration("1h") == timestamp("2025-06-02T07:00:00Z")', true],
    ['cpu > 1 ? memory > 1 : memory < 1', true],
    ['(cpu > 1 ? 5 : 6) == 5 && (cpu > 1 ? "a" : "b") == "a"', true],
  ])('%s is %s', (expression, expected) => {
    expect(say(expression)).toBe(expected)
  })
})

describe('windows', () => {
  it.each([
    ['average(cpu, "10m") == 1.5 && maximum(cpu, "1h") == 1.5 && minimum(cpu, "1h") == 0.01', true],
    ['percentile(cpu, 50, "1h") == 0.01 && percentile(cpu, 100, "1h") == 1.5', true],
    ['shareBelow(cpu, 0.03, "1h") > 0.83 && shareBelow(cpu, 0.03, "1h") < 0.84', true],
    ['shareBelow(cpuFraction, 0.015, "1h") > 0.83', true],
    ['shareBelow(cpu, 0.015 * instance.vcpus, "1h") > 0.83', true],
    ['percentile(cpuFraction, 100, "1h") == 0.75', true],
    ['coverage(cpu, "2h") == 0.5 && coverage(disk, "2h") == 0', true],
    ['enoughData(cpu, 0.5, "2h")', true],
    ['average(cpu, "2h") < 1', true],
    ['quietFor(networkRx, 200) == duration("1h") && networkRx == 100', true],
    ['quietFor(memoryFraction, 0.5) == duration("1h")', true],
    ['quietFor(cpu, 0.03) == 0', true],
    ['quietFor(cpu, 2) == duration("1h")', true],
  ])('%s is %s', (expression, expected) => {
    expect(say(expression)).toBe(expected)
  })

  it.each([
    ['average(disk, "1h") < 1'],
    // An hour of samples says nothing about three.
    ['average(cpu, "3h") < 100'],
    ['shareBelow(cpu, 0.03, "14d") >= 0.5'],
    ['!(shareBelow(cpu, 0.03, "14d") >= 0.5)'],
    ['enoughData(cpu, 0.9, "2h")'],
    ['!enoughData(cpu, 0.9, "2h")'],
    ['disk < 1'],
    ['disk >= 1'],
    ['quietFor(disk, 1) > 0'],
    ['idleS > 1'],
  ])('%s is unknown', (expression) => {
    expect(say(expression)).toBe('unknown')
  })
})

describe('idle time', () => {
  it('takes the word of the guest first', () => {
    const samples = { cpu: steady(1.5, 60), idle: steady(7200, 60) }
    expect(say('idleFor() == 7200 && idleS == 7200', { samples })).toBe(true)
  })

  it('falls back on quiet CPU', () => {
    const samples = { cpu: [...steady(1.5, 30), ...steady(0.01, 240)] }
    expect(say('idleFor() == duration("4h")', { samples })).toBe(true)
  })

  it('is never longer than the data reach', () => {
    expect(say('quietFor(cpu, 1) <= duration("1h")', { samples: { cpu: steady(0, 60) } })).toBe(true)
    expect(say('idleFor() > 0', { samples: { cpu: [0, ...steady(Number.NaN, 30)] } })).toBe('unknown')
  })
})

describe('history', () => {
  it.each([
    [
      'sinceAction("suspend") == duration("2d") && actionCount("suspend", "7d") == 1 && actionCount("suspend", "14d") == 2',
      true,
    ],
    ['sinceAction("stop") > duration("1000d")', true],
    ['sinceResumed() == 86400 && reclaimed', true],
  ])('%s is %s', (expression, expected) => {
    expect(say(expression)).toBe(expected)
  })

  it('is unknown while it is not loaded', () => {
    const history = {
      ...emptyHistory,
      lastActionAtMs: () => Number.NaN,
      lastResumedAtMs: () => Number.NaN,
      isReclaimed: () => undefined,
    }
    for (const expression of ['sinceAction("stop") > 1', 'sinceResumed() > 1', 'reclaimed', '!reclaimed'])
      expect(say(expression, { history })).toBe('unknown')
  })
})

describe('missing data', () => {
  const bare: World = {
    instance: testInstance('bare', {
      hostId: undefined,
      flavor: undefined,
      createdAtMs: undefined,
      stateSinceMs: undefined,
      vcpus: 0,
    }),
  }

  it.each([
    ['cpu < 0.05'],
    ['!(cpu < 0.05)'],
    ['cpu == 0 || cpu != 0'],
    ['instance.ageS > 0'],
    ['instance.flavor == "x"'],
    ['instance.flavor != "x"'],
    ['instance.flavor in ["x"]'],
    ['glob(instance.flavor, "*")'],
    ['host.instances > 0'],
    ['host.state == "up" || instance.host == "x"'],
    ['1 / instance.vcpus > 0'],
    ['1 % instance.vcpus > 0'],
    ['cpu > 1 ? true : true'],
    ['(cpu > 1) == (cpu > 1)'],
    ['(instance.flavor + "x").startsWith("x")'],
    ['inRange(cpu, 1, 2)'],
    ['max(cpu, 1) > 0'],
  ])('%s is unknown', (expression) => {
    expect(say(expression, bare)).toBe('unknown')
  })

  it.each([
    ['cpu < 0.05 && instance.name == "other"', false],
    ['instance.name == "other" && cpu < 0.05', false],
    ['cpu < 0.05 || instance.name == "bare"', true],
    ['known(cpu) || has(instance.flavor) || known(instance.ageS)', false],
    ['known(instance.name) && known(instance.tags) && known(now) && known(true)', true],
    ['valueOr(cpu, 0) == 0 && valueOr(instance.flavor, "none") == "none" && valueOr(cpu < 1, true)', true],
  ])('%s is %s all the same', (expression, expected) => {
    expect(say(expression, bare)).toBe(expected)
  })
})

it('judges an earlier instant by the samples of then', () => {
  const nowMs = worldNowMs - 11 * minuteMs
  expect(say('cpu == 0.01 && maximum(cpu, "10m") == 0.01', { ...busyWorld, nowMs })).toBe(true)
})
