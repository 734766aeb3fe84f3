// Upper bounds of everything a peer can make us read. They are those of libvirt's own protocol files (remote_protocol.x,
// virnetprotocol.x, values of libvirt 9), so that a correct daemon never meets them and a lying one costs no memory.

export const limits = {
  /** Whole message, its length word included. */
  messageBytes: 33_554_432 + 4,
  stringBytes: 4_194_304,
  domains: 16_384,
  statsParamsPerDomain: 262_144,
  nodeStatsParams: 16,
  authTypes: 20,
} as const
