// The contract of the TelemetrySource port as tests: the same suite runs against every driver and a fake that speaks its
// database's own language. It states what the server relies on and nothing about how a driver keeps it. Expected values are
// worked out here from what was stored.
import assert from 'node:assert/strict'
import { GleanerError, isError, metrics, type Metric, type SampleBatch } from '@gleaner/model'
import type { HistoryPart, SubjectDirectory } from '@gleaner/ports'
import type { TestRunner } from './cloud-harness.ts'
import { endsWithin } from './ends-within.ts'
import type { ServerFault } from './fault-server.ts'
import { leakCheck } from './leak-check.ts'
import { plainDirectory } from './plain-directory.ts'
import type { SourceHarness, SourceSubject } from './source-harness.ts'

const soonMs = 2000
const never = new AbortController().signal

const known = plainDirectory([
  { of: 'instance', subject: 'lab:a', id: '1', name: 'web-1' },
  { of: 'instance', subject: 'lab:b', id: '2', name: 'web-2' },
  { of: 'instance', subject: 'lab:c', id: '3', name: 'twin' },
  { of: 'instance', subject: 'lab:d', id: '4', name: 'twin' },
  { of: 'instance', subject: 'lab:e', id: '5', name: 'ünïcode "quoted", comma\\back' },
  { of: 'host', subject: 'lab:h', id: '6', name: 'kvm1' },
])

/** `subject metric atMs` → value, of everything that is not a gap. */
function cellsOf(batches: readonly SampleBatch[]): Map<string, number> {
  const cells = new Map<string, number>()
  for (const { subjects, atMs, values } of batches) {
    assert.equal(atMs.length, subjects.length)
    assert.equal(values.length, subjects.length * metrics.length)
    subjects.forEach((subject, row) =>
      metrics.forEach((metric, column) => {
        const value = values[row * metrics.length + column] ?? Number.NaN
        if (!Number.isNaN(value)) cells.set(`${subject} ${metric} ${atMs[row]}`, value)
      }),
    )
  }
  return cells
}

const sorted = (cells: ReadonlyMap<string, number>) => [...cells].sort(([a], [b]) => (a < b ? -1 : 1))

export function sourceContract(runner: TestRunner, name: string, subject: SourceSubject): void {
  const test = (title: string, body: (harness: SourceHarness) => Promise<void>) =>
    runner.it(title, async () => {
      const harness = await subject.open()
      try {
        await body(harness)
      } finally {
        await harness.dispose()
      }
    })

  const gauge = (
    metric: Metric,
    samples: readonly (readonly [number, number])[],
    of: 'host' | 'instance' = 'instance',
  ) => ({ of, name: of === 'host' ? 'kvm1' : 'web-1', metric, kind: 'gauge', samples }) as const

  async function historyOf(harness: SourceHarness, fromMs: number, toMs: number): Promise<HistoryPart[]> {
    const parts: HistoryPart[] = []
    for await (const part of harness.source.history({ fromMs, toMs, subjects: known }, never)) parts.push(part)
    return parts
  }

  runner.describe(`telemetry source contract: ${name}`, () => {
    test('says what it is, and no secret', async ({ source, secrets }) => {
      assert.ok(source.id !== '' && source.kind !== '' && source.address !== '')
      for (const secret of secrets) assert.ok(!source.address.includes(secret))
      assert.ok(source.clouds.length > 0)
    })

    test('gives the newest samples as they were stored, gaps as gaps', async (harness) => {
      const { stepMs, source } = harness
      const stepAt = Math.floor(harness.nowMs() / stepMs) * stepMs
      await harness.put(
        gauge('cpu', [
          [stepAt - 2 * stepMs + 5000, 0.25],
          [stepAt - stepMs + 7000, 1.5],
        ]),
        gauge('memory', [[stepAt - stepMs + 7000, 512.125]]),
        gauge('cpu', [[stepAt - stepMs + 9000, 12]], 'host'),
      )
      const { batch, notes } = await source.sample(known, never)
      assert.deepEqual(
        sorted(cellsOf([batch])),
        [
          [`lab:a cpu ${stepAt - stepMs + 7000}`, 1.5],
          [`lab:a cpu ${stepAt - 2 * stepMs + 5000}`, 0.25],
          [`lab:a memory ${stepAt - stepMs + 7000}`, 512.125],
          [`lab:h cpu ${stepAt - stepMs + 9000}`, 12],
        ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      )
      assert.equal(notes.series, 3)
      assert.equal(notes.unmatched + notes.ambiguous + notes.duplicate, 0)
    })

    test('works out rates of counters, adds devices up, and tells nothing across a reset', async (harness) => {
      const { stepMs } = harness
      const startMs = Math.floor(harness.nowMs() / stepMs) * stepMs - 10 * stepMs
      const at = (step: number) => startMs + step * stepMs + stepMs / 2
      const seconds = stepMs / 1000
      const counter = { of: 'instance', name: 'web-1', metric: 'networkRx', kind: 'counter' } as const
      await harness.put(
        {
          ...counter,
          device: 'eth0',
          samples: [
            [at(0), 100],
            [at(1), 100 + 8 * seconds],
            [at(2), 100 + 12 * seconds],
            [at(3), 7],
            [at(4), 7 + seconds],
          ],
        },
        {
          ...counter,
          device: 'eth1',
          samples: [
            [at(0), 5],
            [at(1), 5 + 2 * seconds],
            [at(2), 5 + 4 * seconds],
            [at(3), 5 + 6 * seconds],
            [at(4), 5 + 8 * seconds],
          ],
        },
      )
      const parts = await historyOf(harness, startMs, startMs + 6 * stepMs)
      const values = sorted(cellsOf(parts.map(({ batch }) => batch)))
      // Step 0 has readings and no rate; in step 3 one device began anew, and half a sum is no value.
      assert.deepEqual(values, [
        [`lab:a networkRx ${at(1)}`, 10],
        [`lab:a networkRx ${at(2)}`, 6],
        [`lab:a networkRx ${at(4)}`, 3],
      ])
    })

    test('gives nothing to nobody, and never guesses a name', async (harness) => {
      const atMs = harness.nowMs() - 1000
      const of = (named: string) => ({ ...gauge('cpu', [[atMs, 1]]), name: named })
      await harness.put(of('web-1'), of('twin'), of('stranger'), of('Web-1'), of('ünïcode "quoted", comma\\back'))
      for (let turn = 0; turn < 2; turn++) {
        const { batch, notes } = await harness.source.sample(known, never)
        assert.deepEqual([...new Set(batch.subjects)].sort(), ['lab:a', 'lab:e'])
        assert.deepEqual([notes.series, notes.ambiguous, notes.unmatched], [5, 1, 2])
        assert.ok(notes.examples.ambiguous[0]?.includes('twin'))
        assert.ok(notes.examples.unmatched.join(' ').includes('stranger'))
      }
      const other = plainDirectory([{ of: 'instance', subject: 'lab:z', id: '9', name: 'stranger' }])
      const { batch, notes } = await harness.source.sample(other, never)
      assert.deepEqual([...new Set(batch.subjects)], ['lab:z'])
      assert.equal(notes.unmatched, 4)
    })

    test('gives nothing of a series that has ended, and nothing of an empty store', async (harness) => {
      assert.equal((await harness.source.sample(known, never)).batch.subjects.length, 0)
      await harness.put(gauge('cpu', [[harness.nowMs() - 60 * harness.stepMs, 1]]))
      assert.equal((await harness.source.sample(known, never)).batch.subjects.length, 0)
    })

    test('gives history in order and in parts, the same as it sampled, and goes on where it was left', async (harness) => {
      const { stepMs } = harness
      const steps = 90
      const endMs = Math.floor(harness.nowMs() / stepMs) * stepMs
      const startMs = endMs - steps * stepMs
      const samples = Array.from({ length: steps }, (_, step) => [startMs + step * stepMs + 1000, step] as const)
      // A hole in the middle stays one.
      const kept = samples.filter((_, step) => step < 40 || step > 44)
      await harness.put(gauge('cpu', kept), { ...gauge('memory', samples), name: 'web-2' })
      const parts = await historyOf(harness, startMs, endMs)
      assert.ok(parts.length > 1, 'all at once')
      assert.equal(parts.at(-1)?.doneUntilMs, endMs)
      let doneMs = startMs
      for (const { batch, doneUntilMs } of parts) {
        assert.ok(doneUntilMs > doneMs)
        for (const atMs of batch.atMs) assert.ok(atMs >= doneMs && atMs < doneUntilMs, 'out of order')
        doneMs = doneUntilMs
      }
      const all = cellsOf(parts.map(({ batch }) => batch))
      const expected = [
        ...kept.map(([atMs, value]) => [`lab:a cpu ${atMs}`, value] as const),
        ...samples.map(([atMs, value]) => [`lab:b memory ${atMs}`, value] as const),
      ]
      assert.deepEqual(sorted(all), sorted(new Map(expected)))
      const sampled = cellsOf([(await harness.source.sample(known, never)).batch])
      assert.ok(sampled.size > 0)
      for (const [cell, value] of sampled) assert.equal(all.get(cell), value, cell)
      const first = parts[0] as HistoryPart
      const rest = await historyOf(harness, first.doneUntilMs, endMs)
      assert.deepEqual(sorted(cellsOf([first, ...rest].map(({ batch }) => batch))), sorted(all))
    })

    test('asks for less when a part of history is too much, and for no less than a step', async (harness) => {
      const { stepMs } = harness
      const endMs = Math.floor(harness.nowMs() / stepMs) * stepMs
      const startMs = endMs - 30 * stepMs
      const samples = Array.from({ length: 30 }, (_, step) => [startMs + step * stepMs + 1000, step] as const)
      await harness.put(gauge('cpu', samples))
      harness.limitSamples(12)
      const cells = cellsOf((await historyOf(harness, startMs, endMs)).map(({ batch }) => batch))
      assert.deepEqual(sorted(cells), sorted(new Map(samples.map(([atMs, value]) => [`lab:a cpu ${atMs}`, value]))))
      harness.limitSamples(0)
      await assert.rejects(historyOf(harness, startMs, endMs), (error) =>
        isError(error, 'source-overloaded', 'source-too-large'),
      )
      assert.ok(harness.questions() < 200, 'it asks without end')
    })

    test('checks itself: what is there, and what is missing', async (harness) => {
      const nothing = await harness.source.check(never)
      assert.ok(nothing.some(({ ok }) => ok) && nothing.some(({ ok }) => !ok), JSON.stringify(nothing))
      const atMs = harness.nowMs() - 1000
      await harness.put(
        gauge('cpu', [[atMs, 1]]),
        gauge('memory', [[atMs, 1]]),
        gauge('cpu', [[atMs, 1]], 'host'),
        gauge('memory', [[atMs, 1]], 'host'),
        {
          ...gauge('networkRx', [
            [atMs - 1, 1],
            [atMs, 1],
          ]),
          kind: 'counter',
          device: 'eth0',
        },
      )
      const items = await harness.source.check(never)
      for (const item of items) {
        assert.ok(item.what !== '' && item.detail !== '')
        assert.ok(item.ok, `${item.what}: ${item.detail}`)
      }
    })

    const faults: readonly (readonly [ServerFault, ...GleanerError['code'][]])[] = [
      ['away', 'source-unavailable'],
      ['refuse', 'source-refused'],
      ['busy', 'source-overloaded', 'source-unavailable'],
      ['garbage', 'source-broken'],
      ['truncate', 'source-unavailable', 'source-broken'],
      ['endless', 'source-too-large'],
      ['drip', 'source-overloaded'],
    ]
    for (const [fault, ...codes] of faults) {
      test(`tells that it is not well (${fault}), gives nothing then, and recovers`, async (harness) => {
        await harness.put(gauge('cpu', [[harness.nowMs() - 1000, 1]]))
        await harness.source.sample(known, never)
        await harness.behave(fault)
        const asked = [
          () => harness.source.sample(known, never),
          () => historyOf(harness, harness.nowMs() - harness.stepMs, harness.nowMs()),
        ]
        for (const ask of asked) {
          await assert.rejects(ask, (error) => {
            assert.ok(error instanceof GleanerError, String(error))
            assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`)
            for (const secret of harness.secrets) assert.ok(!`${error.message} ${error.remedy}`.includes(secret))
            return true
          })
        }
        const items = await harness.source.check(never)
        assert.ok(
          items.some((item) => !item.ok && item.remedy !== undefined),
          JSON.stringify(items),
        )
        for (const secret of harness.secrets) assert.ok(!JSON.stringify(items).includes(secret))
        await harness.behave(undefined)
        assert.equal((await harness.source.sample(known, never)).batch.subjects.length, 1)
      })
    }

    test('ends soon when it is not wanted any more', async (harness) => {
      await harness.behave('hang')
      const firstPart = async (signal: AbortSignal) => {
        const parts = harness.source.history({ fromMs: 0, toMs: harness.nowMs(), subjects: known }, signal)
        for await (const part of parts) return part
        return undefined
      }
      const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
        (signal) => harness.source.sample(known, signal),
        (signal) => harness.source.check(signal),
        firstPart,
      ]
      for (const call of calls) {
        const controller = new AbortController()
        const ended = assert.rejects(
          endsWithin(soonMs, call(controller.signal)),
          (error) =>
            error === controller.signal.reason || (error instanceof GleanerError && error.code.startsWith('source-')),
        )
        await new Promise((resolve) => setImmediate(resolve))
        controller.abort(new Error('enough'))
        await ended
      }
    })

    test('answers several who ask at once, each rightly', async (harness) => {
      await harness.put(gauge('cpu', [[harness.nowMs() - 1000, 3]]))
      const other: SubjectDirectory = plainDirectory([{ of: 'instance', subject: 'lab:y', id: '1', name: 'web-1' }])
      const all = await Promise.all([known, other, known, other].map((each) => harness.source.sample(each, never)))
      assert.deepEqual(
        all.map(({ batch }) => batch.subjects[0]),
        ['lab:a', 'lab:y', 'lab:a', 'lab:y'],
      )
    })

    test('closes for good and leaves nothing behind', async (harness) => {
      const leaks = leakCheck()
      const other = await subject.open()
      await other.source.sample(known, never)
      await other.source.close()
      await other.source.close()
      await assert.rejects(other.source.sample(known, never), (error) => isError(error, 'source-unavailable'))
      await other.dispose()
      await leaks.assertNone()
      await harness.source.sample(known, never)
    })
  })
}
