// The resources the ledger is kept for.
import { cores, memory } from '../words/quantity.ts'
import type { Resource } from './segments.ts'

export const coresResource: Resource = { key: 'cores', title: 'Cores', format: cores }
export const memoryResource: Resource = { key: 'memoryMiB', title: 'Memory', format: memory }
export const resources: readonly Resource[] = [coresResource, memoryResource]
