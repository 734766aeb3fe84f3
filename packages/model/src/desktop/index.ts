export * from './agent-request.ts'
export * from './desktop.ts'
export * from './standing.ts'
