// The places of the page: one table for the navigation, the keyboard and the help.

import type { Role } from '@gleaner/model'

export interface Place {
  readonly path: string
  readonly name: string
  /** Second key after g. */
  readonly key: string
  /** Shown only to those who may; everybody if absent. */
  readonly needs?: Role
}

export const places: readonly Place[] = [
  { path: '/', name: 'Overview', key: 'o' },
  { path: '/hosts', name: 'Hosts', key: 'h' },
  { path: '/instances', name: 'Instances', key: 'i' },
  { path: '/estimates', name: 'Estimates', key: 'e' },
  { path: '/energy', name: 'Energy', key: 'w' },
  { path: '/desktops', name: 'Desktops', key: 'd' },
  { path: '/plan', name: 'Plan', key: 'p' },
  { path: '/leases', name: 'Leases', key: 'l' },
  { path: '/preemption', name: 'Preemption', key: 'v' },
  { path: '/rules', name: 'Rules', key: 'r' },
  { path: '/history', name: 'History', key: 'y' },
  { path: '/problems', name: 'Problems', key: 'b' },
  { path: '/notifications', name: 'Notifications', key: 'n', needs: 'member' },
  { path: '/settings', name: 'Settings', key: 's' },
  { path: '/users', name: 'Users', key: 'u', needs: 'administrator' },
  { path: '/tokens', name: 'Tokens', key: 't', needs: 'administrator' },
  { path: '/audit', name: 'Audit', key: 'a', needs: 'operator' },
  { path: '/connect', name: 'Connect your cloud', key: 'c' },
]
