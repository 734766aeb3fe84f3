import { expect, it } from 'vitest'
import { emptyHistory } from './history-access.ts'
import { buildInstanceTable } from './instance-table.ts'
import { beginPreview } from './preview-rule.ts'
import {
  exactTelemetry,
  minuteMs,
  type Samples,
  steady,
  testInstance,
  testRule,
  testSnapshot,
  worldNowMs,
} from './testing/rule-world.ts'

// Quiet for the last six hours; busy all day; quiet until six hours ago; without data; nearly quiet; a newcomer; stopped.
const samples: Readonly<Record<string, Samples>> = {
  quiet: { cpu: [...steady(1, 1440), ...steady(0.01, 360)] },
  busy: { cpu: steady(1.9, 1800) },
  'was-quiet': { cpu: [...steady(0.01, 1440), ...steady(1, 360)] },
  nearly: { cpu: steady(0.06, 1800) },
  'new': { cpu: steady(0.01, 120) },
  stopped: { cpu: steady(0.01, 1800) },
}
const instances = [
  testInstance('quiet'),
  testInstance('busy'),
  testInstance('was-quiet'),
  testInstance('silent'),
  testInstance('nearly'),
  testInstance('new', { createdAtMs: worldNowMs - 120 * minuteMs, stateSinceMs: worldNowMs - 120 * minuteMs }),
  testInstance('stopped', { state: 'stopped', stateSinceMs: worldNowMs - 60 * minuteMs }),
  testInstance('foreign', { tags: ['other'] }),
]
const telemetry = exactTelemetry(samples)
const table = buildInstanceTable([testSnapshot(instances)], telemetry)
const input = { table, telemetry, history: emptyHistory, nowMs: worldNowMs }
const named = (index: number) => instances[index]?.name

const rule = testRule('instance.state == "running" && average(cpu, "1h") < 0.05', {
  covers: { expression: '!hasTag("other")' },
  mode: 'off',
  enabled: false,
})

it('tells what matches now and over the past day, and what kept the others from it', () => {
  const preview = beginPreview(rule, input)
  preview.advance(4, 100)
  preview.advance(0, 4)
  expect(preview.covered).toBe(7)
  expect(preview.matchedNow.map(named).sort()).toEqual(['new', 'quiet'])
  expect(preview.unknownNow.map(named)).toEqual(['silent'])
  expect(preview.failing).toEqual([
    { clause: 'average(cpu, "1h") < 0.05', instances: 3 },
    { clause: 'instance.state == "running"', instances: 1 },
  ])
  expect(
    preview.explainNearly(2).map(({ index, explanation }) => `${named(index)}: ${explanation.verdict.sentence}`),
  ).toEqual([
    'nearly: Rule "test-rule" does not match nearly: average of cpu over 1h was 0.06 cores, needed < 0.05 cores.',
    'was-quiet: Rule "test-rule" does not match was-quiet: average of cpu over 1h was 1 cores, needed < 0.05 cores.',
  ])
  expect(preview.explainMatched(5).map(({ explanation }) => explanation.outcome)).toEqual(['matched', 'matched'])
  expect(preview.explainUnknown(5)[0]?.explanation.verdict.sentence).toContain('cpu samples cover 0 of the last 1h')
})

it('judges each half hour of the past day by the samples of then', () => {
  const preview = beginPreview(rule, input)
  preview.advance(0, instances.length)
  expect(preview.pastDay).toHaveLength(49)
  expect(preview.pastDay[0]?.atMs).toBe(worldNowMs - 86_400_000)
  const ago = (hours: number) => preview.pastDay[48 - hours * 2]
  // Twelve hours ago only was-quiet matched; stopped and silent were not to be decided, new did not exist.
  expect(ago(12)).toMatchObject({ matched: 1, unknown: 2 })
  expect(ago(0)).toMatchObject({ matched: 2, unknown: 1 })
  expect(preview.matchedOverPastDay).toBe(3)
})

it('shows a schedule in the past day and ignores it for now', () => {
  const scheduled = testRule('true', { schedule: { cron: '0 22 * * *', duration: '2h', timeZone: 'UTC' } })
  const preview = beginPreview(scheduled, input)
  preview.advance(0, instances.length)
  expect(preview.matchedTotal).toBe(8)
  expect(
    preview.pastDay.filter((point) => point.active).map((point) => new Date(point.atMs).toISOString().slice(11, 16)),
  ).toEqual(['22:00', '22:30', '23:00', '23:30'])
  expect(preview.explainMatched(1)[0]?.explanation.outcome).toBe('matched')
})

it('is the same in slices of any size', () => {
  const whole = beginPreview(rule, input)
  whole.advance(0, 8)
  const sliced = beginPreview(rule, input)
  for (let index = 0; index < 8; index++) sliced.advance(index, index + 1)
  expect(sliced.pastDay).toEqual(whole.pastDay)
  expect(sliced.failing).toEqual(whole.failing)
})

it('an empty cloud has an empty preview', () => {
  const preview = beginPreview(rule, { ...input, table: buildInstanceTable([], telemetry) })
  preview.advance(0, 10)
  expect(preview).toMatchObject({ covered: 0, matchedTotal: 0, matchedOverPastDay: 0, failing: [] })
})
