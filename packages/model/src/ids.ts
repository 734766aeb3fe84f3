// Branded identifiers. An id of one kind cannot be passed where another is expected, at no cost at run time.
// Ids of things that live in a cloud are "<cloud>:<native id>", so that they are unique over all clouds and survive a
// restart; ids of Gleaner's own records are "<prefix>_<uuid v7>", made by the server (the engine makes none).

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type CloudId = Branded<'cloud'>
export type HostId = Branded<'host'>
export type InstanceId = Branded<'instance'>
export type ProjectId = Branded<'project'>
export type RuleId = Branded<'rule'>
export type PlanId = Branded<'plan'>
export type ProposalId = Branded<'proposal'>
export type ActionId = Branded<'action'>
export type ProblemId = Branded<'problem'>
export type HoldId = Branded<'hold'>
export type TokenId = Branded<'token'>
export type LeaseId = Branded<'lease'>
export type LeaseSeriesId = Branded<'lease-series'>
export type ReservationId = Branded<'reservation'>

export const cloudId = (text: string): CloudId => text as CloudId
export const hostId = (cloud: CloudId, native: string): HostId => `${cloud}:${native}` as HostId
export const instanceId = (cloud: CloudId, native: string): InstanceId => `${cloud}:${native}` as InstanceId
export const projectId = (cloud: CloudId, native: string): ProjectId => `${cloud}:${native}` as ProjectId

/** The cloud part of a host, instance or project id. Cloud ids hold no colon (the configuration refuses them). */
export function cloudOf(id: HostId | InstanceId | ProjectId): CloudId {
  return id.slice(0, id.indexOf(':')) as CloudId
}

/** The part of a host, instance or project id that the cloud itself knows. */
export function nativeOf(id: HostId | InstanceId | ProjectId): string {
  return id.slice(id.indexOf(':') + 1)
}
