export * from './cloud.ts'
export * from './cloud-facets.ts'
export * from './clock.ts'
export * from './store.ts'
