// Reason codes: every answer Gleaner gives about an instance or host carries one. A verdict is a value, is never thrown, and
// reaches the user unchanged, as a code, a sentence and the numbers behind it. Codes are never reused.

/** A number or text behind a verdict, under a name that states its unit: `{ cpuCores: 0.01, neededShare: 0.97 }`. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

export interface Verdict {
  readonly code: ReasonCode
  /** One sentence for people, in the field's words, with the numbers in it. */
  readonly sentence: string
  readonly facts: Facts
}

/** What each code means. The table is also the reference page of the documentation. */
export const reasonCodes = {
  'rule-matched': 'The expression of the rule is true for this instance.',
  'rule-not-matched': 'The expression of the rule is false for this instance.',
  'rule-unknown': 'The rule cannot be decided: data it needs is missing. It never acts then.',
  'rule-not-covered': 'The rule does not apply to this instance.',
  'rule-disabled': 'The rule is switched off.',
  'rule-outside-schedule': 'The schedule of the rule is not active now.',
  'already-there': 'The instance already is in the state the action would lead to.',
  'state-not-suitable': 'The action cannot begin in the state the instance is in.',
  'action-unsupported': 'The cloud cannot do this action.',
  commanded: 'A person asked for this action.',
  'estimate-room': 'By the estimated peak, more of the host can be sold than is.',
  'estimate-oversold': 'By the estimated peak, more of the host is sold than should be.',
  'estimate-exceeded': 'More of the host was used than had been estimated; nothing more is sold of it for a while.',
  'estimate-stale': 'Nothing was measured on the host for too long; its physical capacity counts.',
  'estimate-learning': 'Too few estimates of the host could be judged yet.',
  'estimate-unsure': 'Too few estimates of the host have held.',
  'estimate-recovering': 'An estimate of the host was exceeded not long ago.',
  'memory-spare': 'The guest uses much less memory than it has.',
  'memory-needed': 'The guest needs memory that was lent from it.',
  'memory-unknown': 'The guest does not tell, or no longer tells, what memory it uses.',
  'memory-due': 'Memory lent from the guest goes back: its time is over, or nothing may be lent from it any more.',
  'memory-resting': 'Memory was lent from the guest a short while ago.',
  'memory-set-by-others': 'Somebody else has changed the balloon of the guest.',
  'kill-switch': 'Everything is paused by the kill switch.',
  'mode-off': 'The capability or the rule is off.',
  'mode-observe': 'The mode is observe: recorded, not done.',
  'awaiting-approval': 'The mode is advise: waits for a person to approve.',
  'snapshot-missing': 'The cloud has not been read yet.',
  'snapshot-stale': 'The last reading of the cloud is too old to act upon.',
  'snapshot-partial': 'The last reading of the cloud is incomplete.',
  'telemetry-stale': 'The last usage sample of the instance is too old to act upon.',
  'not-confirmed': 'The rule has not matched often enough in a row yet.',
  protected: 'The instance is protected.',
  'person-acted':
    'A person started, stopped, resumed or suspended the instance by hand; that is not overruled before its time.',
  kept: 'The owner asked to keep the instance until a stated time.',
  vetoed: 'A person refused this proposal.',
  'cool-down': 'Gleaner itself acted on the instance a short while ago.',
  'outside-maintenance-window': 'Actions are allowed only within the maintenance windows.',
  'in-grace': 'The owner was told; the grace period is running.',
  'in-flight': 'Another action on the instance is under way.',
  'budget-rate': 'The number of actions per minute is used up.',
  'budget-host': 'Too large a share of the instances of this host was acted upon.',
  'budget-project': 'Too large a share of the instances of this project was acted upon.',
  'budget-cloud': 'Too large a share of the hosts of this cloud was acted upon.',
  outranked: 'A stronger claim on the same instance cancels this proposal.',
  'no-longer-matches': 'The rule stopped matching before the action was due.',
  'instance-gone': 'The instance is no longer there.',
  'host-gone': 'The host is no longer there.',
  'not-leader': 'Another replica leads; this one only follows.',
  'needed-for-firm':
    'A firm request fits nowhere, and this preemptible instance is one of the fewest that make room for it.',
  'needed-for-headroom': 'More room is kept free for firm requests than is free now.',
  'offer-restored': 'As much can be lent again that not all have to leave who were to.',
  'offer-shrunk': 'Less can be lent than is lent: the owners need it themselves.',
  'run-over': 'The preemptible instance has had its maximum run time.',
  'eviction-test': 'A person wants to see what an eviction does to this instance.',
  'request-replaced':
    'A request that the cloud could not place was made anew where there is room; what is left of it goes.',
  'room-later': 'The room is what is left over of room that is being made for others; it is waited for.',
  'room-not-held': 'The eviction waits until the room is held for whom it is made.',
  'not-validated': 'The eviction waits until it was checked once more on a new reading.',
  'room-held': 'The room is empty and held for the request.',
  'room-opened': 'The request was given its room.',
  'room-refused': 'No host has room for the request, not even if every instance left that may be evicted.',
  'room-lost': 'Somebody else took the room that the decision counted on; it is planned anew.',
  'room-elsewhere': 'Another host has room by now: nobody has to leave.',
  'victim-stays': 'An instance that should leave cannot; others are looked for.',
  'too-many-plans': 'It was planned anew too often without success.',
  'request-withdrawn': 'Whoever asked for the room no longer wants it.',
  'request-expired': 'Whoever asked for the room did not come for it.',
  'request-gone': 'What asked for the room is no longer there.',
  'frees-nothing': 'What would be done to the victims gives back nothing that the cloud can sell.',
  'quota-preemptible': 'The project has as many preemptible instances as its quota allows.',
  'opted-out': 'The instance has opted out of eviction.',
  'room-again': 'There is room again for an instance that was evicted.',
  'no-room-yet': 'There is no room yet for an instance that was evicted.',
  'backing-off': 'The instance was evicted a short while ago, or often; it waits before it comes back.',
  'returns-off': 'Evicted instances are not brought back by themselves.',
  'return-ended': 'The instance is not brought back: it runs, is gone, or somebody acted on it.',
  'lease-ending': 'The lease of the host that the instance is on comes to its end.',
  'came-back': 'The evicted instance came back.',
  passed: 'Nothing stands against the action.',
} as const

export type ReasonCode = keyof typeof reasonCodes
