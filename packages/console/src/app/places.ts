// The places of the page: one table for the navigation, the keyboard and the help.

export interface Place {
  readonly path: string
  readonly name: string
  /** Second key after g. */
  readonly key: string
}

export const places: readonly Place[] = [
  { path: '/', name: 'Overview', key: 'o' },
  { path: '/hosts', name: 'Hosts', key: 'h' },
  { path: '/instances', name: 'Instances', key: 'i' },
  { path: '/estimates', name: 'Estimates', key: 'e' },
  { path: '/plan', name: 'Plan', key: 'p' },
  { path: '/preemption', name: 'Preemption', key: 'v' },
  { path: '/rules', name: 'Rules', key: 'r' },
  { path: '/history', name: 'History', key: 'y' },
  { path: '/problems', name: 'Problems', key: 'b' },
  { path: '/settings', name: 'Settings', key: 's' },
  { path: '/connect', name: 'Connect your cloud', key: 'c' },
]
