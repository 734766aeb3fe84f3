// Why a host was or was not chosen for a request. A host carries every code that applies to it, in the order of this
// table, which is also the reference page of the documentation. Codes are never used again for something else.

export const placementCodes = {
  chosen: 'At least one instance of the request goes here.',
  outweighed: 'It has room; other hosts were weighed higher.',
  dearer: 'Room could be made here, but what would have to leave is worth more than elsewhere.',
  'room-elsewhere': 'It has no room, and nobody leaves for a request for which other hosts have room.',
  'not-all':
    'It could take a part of the request, but the whole fits nowhere; then nothing is placed and nobody leaves.',
  'host-disabled': 'The host takes nothing new.',
  'host-maintenance': 'The host is in maintenance.',
  'host-down': 'The host does not answer.',
  'host-asleep': 'The host is switched off to save energy.',
  'host-unknown': 'The cloud does not say in what state the host is.',
  'host-kind': 'The host is of another kind than the request may use: desktops take preemptible instances only.',
  isolated: 'The host takes instances of other projects only.',
  leased: 'The host is leased to somebody else.',
  'property-missing': 'The host does not have a property that the request needs, or has one that it must not have.',
  'host-not-named': 'The request names the hosts it may use, and this is none of them.',
  'host-avoided': 'The request asks not to use this host.',
  'too-small-vcpus': 'One instance of the request has more vcpus than the whole host.',
  'too-small-ram': 'One instance of the request has more memory than the whole host.',
  'too-small-disk': 'One instance of the request has more disk than the whole host.',
  'no-room-vcpus': 'Not enough vcpus are free.',
  'no-room-ram': 'Not enough memory is free.',
  'no-room-disk': 'Not enough disk is free.',
  'not-lent-vcpus':
    'More vcpus are not lent here: what is left of what can be sold is expected to be used by those it was sold to.',
  'not-lent-ram':
    'More memory is not lent here: what is left of what can be sold is expected to be used by those it was sold to.',
  'unreclaimable-vcpus': 'Not enough vcpus would be free even if every instance left that may be evicted.',
  'unreclaimable-ram': 'Not enough memory would be free even if every instance left that may be evicted.',
  'unreclaimable-disk': 'Not enough disk would be free even if every instance left that may be evicted.',
  'blocked-protected': 'There would be room if protected or locked preemptible instances could leave.',
  'blocked-too-young':
    'There would be room if preemptible instances could leave that have not had their minimum run time.',
  'blocked-budget':
    'There would be room, but the disruption budget of a project whose instances would leave is used up.',
  'blocked-opted-out': 'There would be room if preemptible instances could leave that opted out of eviction.',
} as const

export type PlacementCode = keyof typeof placementCodes

/** Why a preemptible instance may not be chosen as a victim. */
export const exemptions = ['protected', 'too-young', 'budget', 'opted-out'] as const
export type Exemption = (typeof exemptions)[number]
