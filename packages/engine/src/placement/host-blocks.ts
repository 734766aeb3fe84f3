// Hosts in blocks of their positions: what no host of a block can beat is looked at once for all of them, so that a search
// for the best of many thousand hosts passes over most of them unseen.

export const blockHosts = 64

export function blocksOf(hosts: number): number {
  return Math.ceil(hosts / blockHosts)
}

export function blockOf(host: number): number {
  return Math.floor(host / blockHosts)
}

/** The end of the block, for that many hosts. */
export function endOfBlock(block: number, hosts: number): number {
  return Math.min(hosts, (block + 1) * blockHosts)
}
