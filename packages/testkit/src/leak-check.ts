// Guarantees that a piece of code ended what it started: timers, sockets, child processes and listeners of the process.
// It compares counts per type of active resource before and after, after giving closing handles a bounded number of
// turns of the event loop. File system requests and message ports belong to the test runner and are left out.
import assert from 'node:assert/strict'

const ignored = /^(FS|MessagePort|TTY|Immediate|CloseReq|GetAddrInfo)/
const turns = 200

export interface LeakCheck {
  /** Rejects with an AssertionError that names each type of which more is active than before. */
  assertNone(): Promise<void>
}

export function leakCheck(): LeakCheck {
  const before = counts()
  return {
    assertNone: async () => {
      let leaked = grown(before, counts())
      for (let turn = 0; leaked.length > 0 && turn < turns; turn++) {
        await new Promise((resolve) => setImmediate(resolve))
        leaked = grown(before, counts())
      }
      assert.deepEqual(leaked, [], 'left behind')
    },
  }
}

function counts(): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo())
    if (!ignored.test(type)) found.set(type, (found.get(type) ?? 0) + 1)
  for (const name of process.eventNames()) found.set(`listener of process ${String(name)}`, process.listenerCount(name))
  return found
}

function grown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  return [...after]
    .filter(([type, count]) => count > (before.get(type) ?? 0))
    .map(([type, count]) => `${type}: ${before.get(type) ?? 0} before, ${count} after`)
}
