export { OpenNebulaCloud } from './opennebula-cloud.ts'
export * from './options.ts'
