export { newId } from './ids/new-id.ts'
export { type OpenedStore, type OpenStoreOptions, type StoreProgress, attachStore, openStore } from './open-store.ts'
