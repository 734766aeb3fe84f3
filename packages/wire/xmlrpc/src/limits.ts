// Upper bounds of everything a peer can make us read. How long an answer may be is the caller's to say: it knows what it
// asked for.

export const limits = {
  /** Elements within elements. OpenNebula's documents have nine, its envelope adds eight. */
  depth: 64,
  /** Of an element's name. */
  nameBytes: 256,
  /** Of one call that we send. */
  requestBytes: 1_048_576,
  /** Values in one array or struct of an envelope. */
  values: 10_000,
} as const
