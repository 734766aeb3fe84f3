// The capabilities Gleaner unites, and how far each may go.

export const capabilities = [
  'idleness',
  'oversubscription',
  'preemption',
  'reservations',
  'energy',
  'opportunism',
] as const
export type Capability = (typeof capabilities)[number]

/**
 * off: does not even look; observe: records what it would do (the default); advise: acts when a person approves;
 * enforce: acts by itself, through the gate.
 */
export const modes = ['off', 'observe', 'advise', 'enforce'] as const
export type Mode = (typeof modes)[number]

/** The more cautious of two modes. */
export function stricterMode(a: Mode, b: Mode): Mode {
  return modes.indexOf(a) < modes.indexOf(b) ? a : b
}
