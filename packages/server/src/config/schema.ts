// Every key of the configuration file, with its meaning. The descriptions are the reference page of the documentation.
import { DurationText, durationPattern, ModeName, OneOf, capabilities } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { PowerConfig } from './power.ts'
import { FrontConfig } from './front.ts'
import { EnergyConfig, meterKinds } from './metering.ts'
import { NoticesConfig } from './notices.ts'
import { PeopleConfig, TlsConfig } from './people.ts'
import { SectionName, Secret } from './schema-parts.ts'
import { OpportunismConfig } from './opportunism.ts'
import { OversubscriptionConfig } from './oversubscription.ts'
import { PlacementConfig } from './placement.ts'
import { PreemptionConfig } from './preemption.ts'
import { ReservationsConfig } from './reservations.ts'

const strict = { additionalProperties: false } as const

/** A duration with a meaning of its own. */
function lengthOf(description: string) {
  return Type.String({ pattern: durationPattern, description })
}

export const LibvirtCloud = Type.Object(
  {
    id: SectionName,
    kind: Type.Literal('libvirt'),
    hosts: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 200, description: 'Name of the host here; part of its id' }),
          uri: Type.String({ minLength: 1, maxLength: 1000, description: 'libvirt URI, as virsh -c takes it' }),
          kind: Type.Optional(
            OneOf(['hypervisor', 'desktop'], { description: 'A desktop belongs to the person in front of it' }),
          ),
          reservedCores: Type.Optional(Type.Number({ minimum: 0, description: 'Cores the host keeps for itself (0)' })),
          reservedMemoryMiB: Type.Optional(
            Type.Number({ minimum: 0, description: 'Memory the host keeps for itself (0)' }),
          ),
        },
        strict,
      ),
      { minItems: 1, maxItems: 1000 },
    ),
    guestReports: Type.Optional(Type.Boolean({ description: 'Read reports from the guests’ serial sockets (true)' })),
    guestReportSockets: Type.Optional(
      Type.String({
        description:
          'Pattern of the source path of the serial port that carries reports; those named gleaner… if absent',
      }),
    ),
    guestAgents: Type.Optional(
      Type.Boolean({ description: 'Ask the QEMU guest agents of running guests who is logged in (false)' }),
    ),
    callTimeout: Type.Optional(lengthOf('Longest wait for one answer of libvirt (10s)')),
  },
  strict,
)
export type LibvirtCloud = Static<typeof LibvirtCloud>

export const OpenNebulaCloud = Type.Object(
  {
    id: SectionName,
    kind: Type.Literal('opennebula'),
    endpoint: Type.Optional(
      Type.Union(
        [Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 10 })],
        {
          description: 'Address of the XML-RPC interface; several when servers stand in for each other (ONE_XMLRPC)',
        },
      ),
    ),
    auth: Type.Optional(
      Type.Union(Secret.anyOf, {
        description: 'user:password or user:token (the file ONE_AUTH names, else ~/.one/one_auth)',
      }),
    ),
    ca: Type.Optional(
      Type.String({ minLength: 1, description: 'PEM file of the authorities to trust instead of the system’s' }),
    ),
    events: Type.Optional(
      Type.String({
        pattern: '^tcp://[^/\\s]+:[0-9]{1,5}$',
        description:
          'Where the hook manager publishes events, such as tcp://frontend:2101; they wake the next reading (none)',
      }),
    ),
    project: Type.Optional(OneOf(['group', 'owner'], { description: 'What counts as a project (group)' })),
    shelve: Type.Optional(
      OneOf(['undeploy', 'stop'], {
        description: 'A running guest is shelved by a shutdown, or with its memory (undeploy)',
      }),
    ),
    delete: Type.Optional(
      OneOf(['terminate', 'terminate-hard'], { description: 'A guest is ended by a shutdown, or at once (terminate)' }),
    ),
    closeHosts: Type.Optional(
      OneOf(['disable', 'offline'], { description: 'How hosts are closed: still monitored, or not (disable)' }),
    ),
    callTimeout: Type.Optional(lengthOf('Longest wait for one answer of OpenNebula (30s)')),
  },
  strict,
)
export type OpenNebulaCloud = Static<typeof OpenNebulaCloud>

export const OpenStackCloud = Type.Object(
  {
    id: SectionName,
    kind: Type.Literal('openstack'),
    cloud: Type.Optional(
      Type.String({ minLength: 1, description: 'Entry of clouds.yaml (OS_CLOUD, else the OS_ variables)' }),
    ),
    cloudsFile: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Path of clouds.yaml; secure.yaml lies beside it (where OpenStack’s tools look)',
      }),
    ),
    auth: Type.Optional(
      Type.Object(
        {
          url: Type.String({ minLength: 1, description: 'Address of keystone' }),
          user: Type.Optional(Type.String({ minLength: 1, description: 'Name of the user' })),
          userDomain: Type.Optional(Type.String({ minLength: 1, description: 'Name of the user’s domain (Default)' })),
          password: Type.Optional(Type.Union(Secret.anyOf, { description: 'The user’s password' })),
          project: Type.Optional(Type.String({ minLength: 1, description: 'Name of the project of the token' })),
          projectDomain: Type.Optional(
            Type.String({ minLength: 1, description: 'Name of the project’s domain (Default)' }),
          ),
          applicationCredential: Type.Optional(
            Type.String({ minLength: 1, description: 'Id of an application credential, in place of user and project' }),
          ),
          secret: Type.Optional(Type.Union(Secret.anyOf, { description: 'Secret of the application credential' })),
        },
        { ...strict, description: 'In place of clouds.yaml' },
      ),
    ),
    region: Type.Optional(Type.String({ minLength: 1, description: 'With auth: the region, where there are several' })),
    interface: Type.Optional(
      OneOf(['public', 'internal', 'admin'], { description: 'With auth: which addresses of the catalogue (public)' }),
    ),
    ca: Type.Optional(Type.String({ minLength: 1, description: 'With auth: PEM file of the authorities to trust' })),
    diagnostics: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10_000,
        description: 'Instances whose usage nova is asked for in one sampling, one call each; 0 for none (0)',
      }),
    ),
    notifications: Type.Optional(
      Type.Union(Secret.anyOf, {
        description: 'Address of the RabbitMQ on which nova tells what changes: amqp://user:password@host:5672/ (none)',
      }),
    ),
    poll: Type.Optional(lengthOf('How often nova is asked what has changed; with the bus six times as seldom (10s)')),
    callTimeout: Type.Optional(lengthOf('Longest wait for one answer of a service (30s)')),
  },
  strict,
)
export type OpenStackCloud = Static<typeof OpenStackCloud>

export const SimulatedCloud = Type.Object(
  {
    id: SectionName,
    kind: Type.Literal('simulated'),
    seed: Type.Optional(Type.Integer({ minimum: 0, description: 'The same seed makes the same datacentre (1)' })),
    hosts: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000, description: 'Hosts, desktops included (24)' })),
    instances: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500_000, description: 'Instances at the start (300)' }),
    ),
    projects: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Projects (6)' })),
    desktops: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hosts that are desktops (4)' })),
    owners: Type.Optional(
      Type.Boolean({ description: 'People start and resume instances by hand now and then (true)' }),
    ),
    guestMemory: Type.Optional(
      Type.Boolean({ description: 'Guests tell what memory they use, so that some can be lent (false)' }),
    ),
    chaos: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Share of calls that fail, lag or answer in part' }),
    ),
  },
  strict,
)
export type SimulatedCloud = Static<typeof SimulatedCloud>

export const cloudSchemas = {
  libvirt: LibvirtCloud,
  opennebula: OpenNebulaCloud,
  openstack: OpenStackCloud,
  simulated: SimulatedCloud,
} as const
export type FileCloud = LibvirtCloud | OpenNebulaCloud | OpenStackCloud | SimulatedCloud

export const PolicyConfig = Type.Object(
  {
    confirmations: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 100,
        description: 'Cycles in a row, each on new data, in which a rule must match (2)',
      }),
    ),
    snapshotMaxAge: Type.Optional(DurationText),
    telemetryMaxAge: Type.Optional(DurationText),
    personWins: Type.Optional(DurationText),
    coolDown: Type.Optional(DurationText),
    actionTimeout: Type.Optional(DurationText),
    budgets: Type.Optional(
      Type.Object(
        {
          actionsPerMinute: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 10_000,
              description: 'Actions a minute that take something, from instances or hosts (10)',
            }),
          ),
          hostShare: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              description: 'Share of the instances of a host within shareWindow (0.5)',
            }),
          ),
          projectShare: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              description: 'Share of the instances of a project within shareWindow (0.5)',
            }),
          ),
          cloudShare: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 1,
              description:
                'Share of the hosts of a cloud that are closed or sold at a higher ratio within shareWindow (0.2)',
            }),
          ),
          shareWindow: Type.Optional(DurationText),
        },
        strict,
      ),
    ),
    protectedTags: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { description: 'Tags that protect an instance (gleaner-protected)' }),
    ),
    maintenanceWindows: Type.Optional(
      Type.Array(
        Type.Object({ cron: Type.String(), duration: DurationText, timeZone: Type.Optional(Type.String()) }, strict),
      ),
    ),
    headroomShare: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 0.9,
        description: 'Kept free on each host, as a share of what is usable (0.1)',
      }),
    ),
    peakWindow: Type.Optional(DurationText),
  },
  strict,
)

export const ConfigFile = Type.Object(
  {
    stateDirectory: Type.Optional(
      Type.String({ description: 'Where the private PostgreSQL and the local token live; GLEANER_STATE_DIR' }),
    ),
    listen: Type.Optional(Type.String({ description: 'address:port; GLEANER_LISTEN; 127.0.0.1:7878' })),
    publicUrl: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Address under which people reach it, such as https://gleaner.example.org; links begin with it (none)',
      }),
    ),
    tls: Type.Optional(TlsConfig),
    people: Type.Optional(PeopleConfig),
    databaseUrl: Type.Optional(Secret),
    /** What callers without a token may do. Default: administrator when every cloud is simulated and the address is loopback, else nobody. */
    anonymous: Type.Optional(OneOf(['nobody', 'viewer', 'member', 'operator', 'administrator'])),
    clouds: Type.Optional(
      Type.Array(
        Type.Object(
          { id: SectionName, kind: OneOf(['libvirt', 'opennebula', 'openstack', 'simulated']) },
          { additionalProperties: true },
        ),
      ),
    ),
    sources: Type.Optional(
      Type.Array(
        Type.Object({ id: SectionName, kind: OneOf(['prometheus', 'influx']) }, { additionalProperties: true }),
      ),
    ),
    meters: Type.Optional(
      Type.Array(Type.Object({ id: SectionName, kind: OneOf(meterKinds) }, { additionalProperties: true }), {
        maxItems: 2000,
      }),
    ),
    energy: Type.Optional(EnergyConfig),
    speed: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 3600,
        description: 'How many times faster time runs; only when every cloud is simulated',
      }),
    ),
    modes: Type.Optional(
      Type.Object(Object.fromEntries(capabilities.map((name) => [name, Type.Optional(ModeName)])), strict),
    ),
    policy: Type.Optional(PolicyConfig),
    placement: Type.Optional(PlacementConfig),
    preemption: Type.Optional(PreemptionConfig),
    front: Type.Optional(FrontConfig),
    notices: Type.Optional(NoticesConfig),
    oversubscription: Type.Optional(OversubscriptionConfig),
    power: Type.Optional(PowerConfig),
    reservations: Type.Optional(ReservationsConfig),
    opportunism: Type.Optional(OpportunismConfig),
    periods: Type.Optional(
      Type.Object(
        {
          observe: Type.Optional(DurationText),
          sample: Type.Optional(DurationText),
          decide: Type.Optional(DurationText),
        },
        strict,
      ),
    ),
    telemetry: Type.Optional(
      Type.Object({ step: Type.Optional(DurationText), recent: Type.Optional(DurationText) }, strict),
    ),
    retention: Type.Optional(
      Type.Object(
        {
          plans: Type.Optional(DurationText),
          ledger: Type.Optional(DurationText),
          history: Type.Optional(DurationText),
          energy: Type.Optional(DurationText),
        },
        strict,
      ),
    ),
    rules: Type.Optional(
      Type.Array(Type.Unknown(), { maxItems: 1000, description: 'Rules; they are read-only in the console' }),
    ),
    log: Type.Optional(OneOf(['debug', 'info', 'warn', 'error'], { description: 'How much is logged (info)' })),
  },
  strict,
)
export type ConfigFile = Static<typeof ConfigFile>
