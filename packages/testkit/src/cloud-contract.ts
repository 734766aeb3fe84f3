// The contract of the Cloud port as tests: the same suite runs against the simulated cloud and against real ones. It
// states what every loop of the server relies on and nothing about how a driver keeps it. What a harness cannot bring
// about (a partial or an unreachable cloud) is skipped with a note and stays visible as skipped.
import { actionContract } from './cloud-contract/actions.ts'
import { openBench } from './cloud-contract/bench.ts'
import { faultContract } from './cloud-contract/faults.ts'
import { memoryContract } from './cloud-contract/memory.ts'
import { readingContract } from './cloud-contract/reading.ts'
import type { CloudSubject, TestRunner } from './cloud-harness.ts'

export function cloudContract(runner: TestRunner, name: string, subject: CloudSubject): void {
  const bench = openBench(runner, name, subject)
  runner.describe(`cloud contract: ${name}`, () => {
    readingContract(bench)
    actionContract(bench)
    memoryContract(bench)
    faultContract(bench)
  })
}
