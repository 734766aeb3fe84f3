// How far the decision behind an eviction is. Nobody is told to leave before the room is held for whom it is made; and when
// the notice is over nobody leaves before the decision was checked once more on a new reading.
import type { Check } from './check.ts'

export const roomReserved: Check = ({ proposal }) => {
  if (proposal.eviction?.stage !== 'planned') return undefined
  return {
    code: 'room-not-held',
    sentence: `The room that is made by this (${proposal.cause}) is not held yet.`,
    facts: { decision: proposal.eviction.decisionId },
  }
}

export const evictionValidated: Check = ({ proposal }) => {
  if (proposal.eviction === undefined || proposal.eviction.stage === 'validated') return undefined
  return {
    code: 'not-validated',
    sentence: `The notice is over; whether it is still needed (${proposal.cause}) is checked on a new reading.`,
    facts: { decision: proposal.eviction.decisionId },
  }
}
