export { type Booking, HostCalendar, type Need } from './host-calendar.ts'
export { type EarliestStart, earliestStart } from './earliest-start.ts'
export { type Share } from './choose-hosts.ts'
export type { LeaseQuestion, ReservationQuestion } from './lease-question.ts'
export { type FoundSlot, planLease } from './plan-lease.ts'
export { type Alternative, type HostOut, type HostOutCode, hostOutCodes, type NoSlot } from './explain-no-slot.ts'
export { type HostBooking, type ReservableHost, ReservationBook } from './reservation-book.ts'
export { reservableHosts } from './reservable-hosts.ts'
export { type HostProperties, hostProperties, propertyNames } from './host-properties.ts'
export { hostsOut } from './hosts-out.ts'
export { matchesFilter, type PropertyFilter } from './property-filter.ts'
export { checkFilter, type FilterFault } from './filter-fault.ts'
export { readJsonFilter } from './read-json-filter.ts'
export { readCelFilter } from './read-cel-filter.ts'
export {
  afterEvent,
  confirmLease,
  dueEvents,
  effectOf,
  endLease,
  eventsFor,
  type LeaseEffect,
  moved,
  type Transition,
} from './lease-lifecycle.ts'
export { burdenOn, strangersOn, type StrangersQuestion } from './strangers-on.ts'
export { moveRestMs, type MovesQuestion, proposeMoves } from './propose-moves.ts'
export { judgeUnused, type UnusedRules } from './unused-lease.ts'
export { unitsOf } from './wish.ts'
export { judgeRenewal, type RenewalStep, renewLease } from './renew-lease.ts'
export { inOrder, lastStartMs, promoted, stillPossible, waitEvents } from './waitlist.ts'
export { type AdmissionRefusal, checkAdmission } from './check-admission.ts'
export { hostHoursIn, hostsHeld } from './host-hours.ts'
export { quotaPeriodsOf } from './quota-periods.ts'
export { type Occurrence, occurrencesOf, type Recurrence } from './recurrence.ts'
