export * from './action/judge-action.ts'
export {}
