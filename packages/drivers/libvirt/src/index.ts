export { LibvirtCloud } from './libvirt-cloud.ts'
export type { LibvirtCloudOptions, LibvirtHostOptions } from './options.ts'
