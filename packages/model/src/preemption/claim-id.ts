// Ids of the room that decisions hold. A UUID, because clouds take nothing else for the owner of an allocation; version 8
// (RFC 9562: bits of one's own making): the first group says that it is a claim of preemption, the last three digits count
// the claims of the decision, the rest is the decision's own randomness. So the same claim has the same id after a crash,
// and the reaper of strays knows its own from those of others.
const mark = '70726565'

/** `n` from 0 to 4095. */
export function preemptionClaimId(decisionId: string, n: number): string {
  const hex = decisionId
    .replace(/^[a-z]+_/, '')
    .replaceAll('-', '')
    .padEnd(32, '0')
  const whole = `${mark}${hex.slice(8, 12)}8${hex.slice(13, 29)}${n.toString(16).padStart(3, '0')}`
  return `${whole.slice(0, 8)}-${whole.slice(8, 12)}-${whole.slice(12, 16)}-${whole.slice(16, 20)}-${whole.slice(20)}`
}

export function isPreemptionClaim(claimId: string): boolean {
  return claimId.startsWith(`${mark}-`)
}
