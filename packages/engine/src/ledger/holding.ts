// What an instance holds in each state.
//
// Physically: everything while it runs, moves, or is in a state nobody can vouch for (error, unknown); memory alone
// while it is paused; nothing when it is suspended, stopped or shelved.
// In the cloud's books: what the cloud's scheduler counts against its host. Only the driver knows which actions give
// that back; a state whose action it does not declare is taken to keep it, but for shelved, which means "off its host".
// Where there is no scheduler the books are what is physically held.
import type { ActionKind, InstanceState } from '@gleaner/model'
import type { StepSupports } from './action-support.ts'

export interface Holding {
  readonly cores: boolean
  readonly memory: boolean
  readonly booked: boolean
}

const leadsTo: Readonly<Partial<Record<InstanceState, ActionKind>>> = {
  paused: 'pause',
  suspended: 'suspend',
  stopped: 'stop',
  shelved: 'shelve',
}

export type HoldingTable = (state: InstanceState) => Holding

export function holdingTable(support: StepSupports | undefined): HoldingTable {
  const full: Holding = { cores: true, memory: true, booked: true }
  const special = new Map<InstanceState, Holding>()
  for (const state of ['paused', 'suspended', 'stopped', 'shelved'] as const) {
    const action = leadsTo[state]
    const gives = action === undefined ? undefined : support?.get(action)
    const booked = gives === undefined ? state !== 'shelved' : !gives.sellable
    special.set(state, { cores: false, memory: state === 'paused', booked })
  }
  return (state) => special.get(state) ?? full
}
