// For tests, benches and labs of other packages.
export { FakeOpenNebula } from './testing/fake-opennebula.ts'
export type { FakeVm } from './testing/fake-vm.ts'
