// How far back evictions have to be known so that every disruption budget, and every back-off, can be judged.
import type { PreemptionPolicy } from '@gleaner/model'
import { backOffWindowMs } from './make-eviction.ts'

export function evictionHorizonMs({ budget, budgetOfProject }: PreemptionPolicy): number {
  const windows = [budget, ...Object.values(budgetOfProject)].map(({ windowMs }) => windowMs)
  return Math.max(backOffWindowMs, ...windows)
}
