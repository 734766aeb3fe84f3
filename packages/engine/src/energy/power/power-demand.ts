// A request that found no room, as the power plan looks at it: nominal sizes, and until when whoever asked may come again.
import type { CloudId } from '@gleaner/model'

export interface PowerDemand {
  /** The same request asked twice is one demand. */
  readonly key: string
  readonly cloudId: CloudId
  readonly name: string
  readonly count: number
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  /** Each instance on a host of its own. */
  readonly apart?: boolean
  readonly untilMs: number
}
