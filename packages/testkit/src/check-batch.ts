// Asserts what must hold for every sample batch any driver gives: columns of equal length, subjects that the inventory
// knows, NaN for what was not measured and never a negative or infinite figure, usage within the size of the subject.
import assert from 'node:assert/strict'
import type { Inventory, SampleBatch } from '@gleaner/model'
import { metrics } from '@gleaner/model'

/** CPU seconds and wall clock are read at slightly different moments on a real machine. */
const cpuTolerance = 1.1

export function checkBatch(batch: SampleBatch, inventory: Inventory, nowMs: number): void {
  const rows = batch.subjects.length
  assert.equal(batch.atMs.length, rows, 'atMs has another length than subjects')
  assert.equal(batch.values.length, rows * metrics.length, 'values has another length than subjects x metrics')
  const size = new Map<string, { readonly cores: number; readonly memoryMiB: number }>()
  for (const host of inventory.hosts) size.set(host.id, host)
  for (const instance of inventory.instances)
    size.set(instance.id, { cores: instance.vcpus, memoryMiB: instance.memoryMiB })
  const seen = new Set<string>()
  for (let row = 0; row < rows; row++) {
    const subject = batch.subjects[row] ?? ''
    const atMs = batch.atMs[row] ?? Number.NaN
    assert.ok(atMs > 0 && atMs <= nowMs + 5000, `${subject}: sampled at ${atMs}, now ${nowMs}`)
    assert.ok(!seen.has(`${subject}@${atMs}`), `${subject} occurs twice for the same moment`)
    seen.add(`${subject}@${atMs}`)
    const known = size.get(subject)
    assert.ok(known !== undefined, `${subject} is neither a host nor an instance of the inventory`)
    metrics.forEach((metric, column) => {
      const value = batch.values[row * metrics.length + column] ?? Number.NaN
      if (Number.isNaN(value)) return
      assert.ok(value >= 0 && value < Number.POSITIVE_INFINITY, `${subject}: ${metric} = ${value}`)
      if (metric === 'cpu')
        assert.ok(value <= known.cores * cpuTolerance, `${subject}: ${value} of ${known.cores} cores`)
      if (metric === 'memory') assert.ok(value <= known.memoryMiB, `${subject}: ${value} of ${known.memoryMiB} MiB`)
    })
  }
}

/** The last value of one metric of one subject in the batch; NaN when it has none. */
export function valueIn(batch: SampleBatch, subject: string, metric: (typeof metrics)[number]): number {
  const row = batch.subjects.lastIndexOf(subject)
  return row < 0 ? Number.NaN : (batch.values[row * metrics.length + metrics.indexOf(metric)] ?? Number.NaN)
}
