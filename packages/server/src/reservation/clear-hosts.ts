// At the end of a lease: its project's instances that are still on its hosts are suspended, stopped or deleted, as whoever
// made the lease ordered. Each is a command like any other: through the gate, journalled, watched. One that is refused
// (protected, paused, not in a state for it) stays, and the outcome says so. A second time finds only what is left.
import { describeError, GleanerError, type Lease, startStates } from '@gleaner/model'
import { within } from '../commands/within.ts'
import type { CommandQueue } from '../decide/command-queue.ts'
import type { Runtime } from '../runtime.ts'
import { guestsOf } from './guests-of.ts'

export async function clearHosts(runtime: Runtime, queue: CommandQueue, lease: Lease): Promise<string> {
  const { endAction } = lease
  if (endAction === 'nothing') return 'nothing to do'
  const guests = guestsOf(runtime, lease).filter(({ state }) => startStates[endAction].includes(state))
  const reason = `the lease "${lease.name}" is over`
  const answers = guests.map((instance) =>
    Promise.resolve()
      .then(() => within(queue.give({ instance, action: endAction, by: lease.by, reason }), late))
      .then(
        () => undefined,
        (error: unknown) => `${instance.name}: ${describeError(error)}`,
      ),
  )
  if (guests.length > 0) runtime.wake('decide')
  const refused = (await Promise.all(answers)).filter((answer) => answer !== undefined)
  const done = `${endAction} of ${guests.length - refused.length} instance${guests.length - refused.length === 1 ? '' : 's'}`
  return refused.length === 0 ? done : `${done}; ${refused.length} stayed: ${refused.join('; ').slice(0, 1000)}`
}

const late = () => new GleanerError('not-ready', { detail: 'the command was not taken up in time' })
