// The past of the ledger. Part of the Store port; its contract holds.
import type { LedgerLine } from '@gleaner/model'
import type { Fence } from './leadership.ts'

export interface LedgerPoint {
  readonly atMs: number
  readonly cores: LedgerLine
  readonly memoryMiB: LedgerLine
}

export interface LedgerStore {
  append(fence: Fence, cloudId: string, point: LedgerPoint): Promise<void>
  range(cloudId: string, fromMs: number, toMs: number): Promise<readonly LedgerPoint[]>
}
