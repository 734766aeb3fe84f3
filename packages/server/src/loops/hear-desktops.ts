// The desktops of a cloud that speaks for their agents itself (the simulated one): each is heard as if its agent had sent a beat. Only the
// leader listens; what has not changed is written no more often than an agent would speak.
import type { Cloud, DesktopAgents } from '@gleaner/ports'
import type { DesktopDesk } from '../desktops/desktop-desk.ts'
import { type Runtime, cloudCallTimeoutMs } from '../runtime.ts'
import { Loop } from './loop.ts'

export function hearDesktopsLoop(
  runtime: Runtime,
  { cloud, agents, desk }: { readonly cloud: Cloud; readonly agents: DesktopAgents; readonly desk: DesktopDesk },
): Loop {
  const { config, clock, state } = runtime
  const subject = `desktops of ${cloud.id}`
  return new Loop({
    name: `hear-desktops:${cloud.id}`,
    // No more often than once a second of real time, however fast time runs.
    periodMs: Math.max(config.opportunism.beatMs, 1000 * clock.speed),
    clock,
    onError: (error) => void runtime.problems.reportError(subject, error),
    run: async (signal) => {
      if (state.fence === undefined) return 'follows'
      const heard = await agents.hear(AbortSignal.any([signal, AbortSignal.timeout(cloudCallTimeoutMs)]))
      let taken = 0
      for (const speech of heard) if (await desk.hear(cloud.id, speech)) taken++
      await runtime.problems.settle(subject)
      return `${taken} of ${heard.length} desktops had something to say`
    },
  })
}
