// The memory of a running guest whose balloon can be asked: what it was promised, what it has at the moment, and what it says
// about that itself. Figures nobody tells are NaN; a guest that tells nothing may be in need.

export interface GuestMemory {
  /** What it was promised: the balloon cannot give it more. */
  readonly promisedMiB: number
  /** What the balloon leaves it now. */
  readonly leftMiB: number
  /** What the guest could still use without swapping, by its own word. */
  readonly usableMiB: number
  /** What it has moved to and from its swap since it was started. */
  readonly swappedMiB: number
  /** When it said so, by the clock of who asks; NaN when it never did. */
  readonly saidAtMs: number
  /** What its process holds of the host's memory. */
  readonly residentMiB: number
}

/** Balloons work in pages and hosts round: a difference of this much is none. */
export const memoryToleranceMiB = 2

/** Whether the guest has left all that it was asked for. */
export function hasLeft({ leftMiB }: GuestMemory, targetMiB: number): boolean {
  return leftMiB <= targetMiB + memoryToleranceMiB
}

/** Whether the guest has everything it was promised. */
export function hasAll({ leftMiB, promisedMiB }: GuestMemory): boolean {
  return leftMiB >= promisedMiB - memoryToleranceMiB
}
