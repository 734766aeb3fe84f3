// For tests only, of this package and of others: real databases that cost little, and processes that can be killed.
export * from './testing/run-source.ts'
export * from './testing/test-database.ts'
