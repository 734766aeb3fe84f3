// The protocol's timers, run by the clock of the port.
import type { Clock } from '@gleaner/ports'
import type { Timers } from '@gleaner/wire-xmlrpc'

export function clockTimers(clock: Clock): Timers {
  return {
    after(delayMs, run) {
      const cancelled = new AbortController()
      clock.sleep(delayMs, cancelled.signal).then(run, () => {})
      return () => cancelled.abort()
    },
  }
}
