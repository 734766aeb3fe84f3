export { chaosFaults, type CloudCall, type Fault, FaultBoard, type FaultKind } from './faults.ts'
export type { SimulatedCloudOptions } from './options.ts'
export { SimulatedCloud } from './simulated-cloud.ts'
export { savedTimeMs, type SimulatedState } from './state.ts'
