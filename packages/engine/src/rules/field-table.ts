// Every field of the rule language: name, type, unit, how it is read. A number that is not known reads as NaN, a text as
// undefined, a truth value as unknown. Nothing else of the model can be reached, by whatever name.
import { type HostKind, hostStates, instanceStates } from '@gleaner/model'
import type { Cursor } from './cursor.ts'
import { isUnknown, type Ternary, toTernary } from './ternary.ts'

interface FieldWords {
  readonly path: string
  readonly unit?: string
  readonly description: string
  /** What it means when the value is missing. */
  readonly missing?: string
  /** Depends on the record of the instance and on nothing else. */
  readonly isOfRecord?: true
  /** All it can ever be, so that a misspelt comparison is found when the rule is saved. */
  readonly values?: readonly string[]
}

export type Field = FieldWords &
  (
    | { readonly type: 'number'; read(cursor: Cursor): number }
    | { readonly type: 'text'; read(cursor: Cursor): string | undefined }
    | { readonly type: 'bool'; read(cursor: Cursor): Ternary }
    | { readonly type: 'texts'; read(cursor: Cursor): readonly string[] }
    | { readonly type: 'timestamp'; read(cursor: Cursor): number }
  )

const hostKinds = ['hypervisor', 'desktop'] as const satisfies readonly HostKind[]

const noHost = 'the instance is on no host'
const sinceS = (cursor: Cursor, atMs: number | undefined) =>
  atMs === undefined ? Number.NaN : (cursor.nowMs - atMs) / 1000

/** A field of the host: unknown while there is none. */
const ofHost = (read: (host: NonNullable<Cursor['host']>) => number) => (cursor: Cursor) =>
  cursor.host === undefined ? Number.NaN : read(cursor.host)

const fields: readonly Field[] = [
  {
    path: 'instance.id',
    isOfRecord: true,
    type: 'text',
    description: 'Id, "<cloud>:<native id>"',
    read: (c) => c.instance.id,
  },
  { path: 'instance.name', isOfRecord: true, type: 'text', description: 'Name', read: (c) => c.instance.name },
  {
    path: 'instance.project',
    type: 'text',
    description: 'Name of its project',
    missing: 'the cloud does not tell the project',
    read: (c) => c.project?.name,
  },
  {
    path: 'instance.host',
    type: 'text',
    description: 'Name of its host',
    missing: noHost,
    read: (c) => c.host?.name,
  },
  {
    path: 'instance.flavor',
    isOfRecord: true,
    type: 'text',
    description: 'Name of its flavor',
    missing: 'the cloud knows no flavor for it',
    read: (c) => c.instance.flavor,
  },
  {
    path: 'instance.state',
    isOfRecord: true,
    type: 'text',
    description: 'State: running, paused, suspended, stopped, shelved, error, unknown, or a moving state',
    values: instanceStates,
    read: (c) => c.instance.state,
  },
  {
    path: 'instance.vcpus',
    isOfRecord: true,
    type: 'number',
    unit: 'cores',
    description: 'Virtual cores',
    read: (c) => c.instance.vcpus,
  },
  {
    path: 'instance.memoryMiB',
    isOfRecord: true,
    type: 'number',
    unit: 'MiB',
    description: 'Memory it was given',
    read: (c) => c.instance.memoryMiB,
  },
  {
    path: 'instance.diskGiB',
    isOfRecord: true,
    type: 'number',
    unit: 'GiB',
    description: 'Disk it was given',
    read: (c) => c.instance.diskGiB,
  },
  {
    path: 'instance.ageS',
    type: 'number',
    unit: 's',
    description: 'Time since it was created',
    missing: 'the cloud does not tell when it was created',
    read: (c) => sinceS(c, c.instance.createdAtMs),
  },
  {
    path: 'instance.stateAgeS',
    type: 'number',
    unit: 's',
    description: 'Time since its state began',
    missing: 'the cloud does not tell when its state began',
    read: (c) => sinceS(c, c.instance.stateSinceMs),
  },
  { path: 'instance.tags', isOfRecord: true, type: 'texts', description: 'Tags', read: (c) => c.instance.tags },
  {
    path: 'instance.protected',
    isOfRecord: true,
    type: 'bool',
    description: 'Marked as not to be touched (the gate refuses such instances in any case)',
    read: (c) => toTernary(c.instance.protectedBy !== undefined),
  },
  {
    path: 'instance.preemptible',
    isOfRecord: true,
    type: 'bool',
    description: 'Fills room that nobody else needs',
    read: (c) => toTernary(c.instance.firmness === 'preemptible'),
  },
  { path: 'host.id', type: 'text', description: 'Id of its host', missing: noHost, read: (c) => c.host?.id },
  { path: 'host.name', type: 'text', description: 'Name of its host', missing: noHost, read: (c) => c.host?.name },
  {
    path: 'host.kind',
    type: 'text',
    description: 'hypervisor or desktop',
    values: hostKinds,
    missing: noHost,
    read: (c) => c.host?.kind,
  },
  {
    path: 'host.state',
    type: 'text',
    description: 'up, disabled, maintenance, down, asleep, unknown',
    values: hostStates,
    missing: noHost,
    read: (c) => c.host?.state,
  },
  {
    path: 'host.cores',
    type: 'number',
    unit: 'cores',
    description: 'Physical cores',
    missing: noHost,
    read: ofHost((host) => host.cores),
  },
  {
    path: 'host.memoryMiB',
    type: 'number',
    unit: 'MiB',
    description: 'Physical memory',
    missing: noHost,
    read: ofHost((host) => host.memoryMiB),
  },
  {
    path: 'host.diskGiB',
    type: 'number',
    unit: 'GiB',
    description: 'Local disk',
    missing: noHost,
    read: ofHost((host) => host.diskGiB),
  },
  {
    path: 'host.instances',
    type: 'number',
    unit: 'instances',
    description: 'How many instances are on it, this one included',
    missing: noHost,
    read: (c) => (c.host === undefined ? Number.NaN : c.hostInstances),
  },
  {
    path: 'project.id',
    isOfRecord: true,
    type: 'text',
    description: 'Id of its project',
    read: (c) => c.instance.projectId,
  },
  {
    path: 'project.name',
    type: 'text',
    description: 'Name of its project',
    missing: 'the cloud does not tell the project',
    read: (c) => c.project?.name,
  },
  { path: 'cloud', isOfRecord: true, type: 'text', description: 'Id of its cloud', read: (c) => c.instance.cloudId },
  { path: 'now', type: 'timestamp', description: 'The instant of the evaluation', read: (c) => c.nowMs },
  {
    path: 'reclaimed',
    type: 'bool',
    description:
      'The state it is in is Gleaner’s doing: it paused, suspended, stopped or shelved it, nobody touched it since',
    missing: 'the history of the instance is not loaded',
    read: (c) => {
      const reclaimed = c.history.isReclaimed(c.instance.id)
      return reclaimed === undefined ? isUnknown : toTernary(reclaimed)
    },
  },
]

/** A Map, so that names such as `constructor` find nothing. */
export const fieldTable: ReadonlyMap<string, Field> = new Map(fields.map((field) => [field.path, field]))

/** Names that only make sense with a field behind them. */
export const fieldRoots: readonly string[] = ['instance', 'host', 'project', 'local']
