export * from './openstack-cloud.ts'
export * from './options.ts'
