export * from './carbon-and-cost.ts'
export {
  type EnergyBatch,
  EnergyBook,
  type HostTenancy,
  type OutletFigure,
  type OutletState,
} from './energy-book.ts'
export * from './host-tenancy.ts'
export * from './outlet-plan.ts'
export { defaultMaxPowerW, defaultStuckAfterMs, type WatchLimits } from './outlet-watch.ts'
export type { PowerSeries } from './power-history.ts'
export { savedEnergyJ, wholeHourBefore } from './saved-energy.ts'
export {
  type DynamicShareRule,
  defaultShareRules,
  dynamicShareRules,
  type IdleShareRule,
  idleShareRules,
  type ShareRules,
  type Tenant,
} from './share-energy.ts'
