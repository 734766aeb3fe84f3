export * from './cloud.ts'
export * from './clock.ts'
export * from './store.ts'
