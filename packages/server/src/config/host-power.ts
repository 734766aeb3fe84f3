// How one host is switched off and on, as the configuration has it.
import { durationPattern, OneOf } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import { Secret } from './schema-parts.ts'

const strict = { additionalProperties: false } as const

const Command = (description: string) =>
  Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 64, description })
const timeout = Type.Optional(
  Type.String({ pattern: durationPattern, description: 'Longest wait for one answer (10s)' }),
)

const Ipmi = Type.Object(
  {
    kind: Type.Literal('ipmi'),
    address: Type.String({ minLength: 1, maxLength: 255, description: 'Address of the management controller' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'Its port (623)' })),
    user: Type.String({ minLength: 1, maxLength: 16 }),
    password: Secret,
    cipherSuite: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: 'RMCP+ cipher suite (3)' })),
    timeout,
  },
  strict,
)

const Redfish = Type.Object(
  {
    kind: Type.Literal('redfish'),
    url: Type.String({ pattern: '^https?://[^\\s]+$', description: 'Address of the service, such as https://bmc-1' }),
    user: Type.String({ minLength: 1 }),
    password: Secret,
    system: Type.Optional(Type.String({ minLength: 1, description: 'Id of the system where there are several' })),
    ca: Type.Optional(Type.String({ minLength: 1, description: 'PEM file of the authorities to trust' })),
    verify: Type.Optional(Type.Boolean({ description: 'false: any certificate will do (true)' })),
    timeout,
  },
  strict,
)

const WakeOnLan = Type.Object(
  {
    kind: Type.Literal('wake-on-lan'),
    mac: Type.String({ pattern: '^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$', description: 'Of the network card' }),
    broadcast: Type.Optional(Type.String({ minLength: 1, description: 'Where it is sent (255.255.255.255)' })),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: 'UDP port (9)' })),
    state: Command('Command that prints on, off or asleep'),
    sleep: Command('Command that shuts the host down or suspends it'),
    timeout,
  },
  strict,
)

const Custom = Type.Object(
  {
    kind: Type.Literal('command'),
    state: Command('Command that prints on, off or asleep'),
    sleep: Command('Command that shuts the host down or suspends it'),
    wake: Command('Command that switches it on'),
    timeout,
  },
  strict,
)

export const hostPowerKinds = { ipmi: Ipmi, redfish: Redfish, 'wake-on-lan': WakeOnLan, command: Custom } as const
export type HostPowerWire =
  | Static<typeof Ipmi>
  | Static<typeof Redfish>
  | Static<typeof WakeOnLan>
  | Static<typeof Custom>

export const HostPowerConfig = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255, description: 'Name of the host in its cloud' }),
    cloud: Type.Optional(Type.String({ minLength: 1, description: 'Its cloud, where there are several' })),
    operationsPerS: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Its work a second at full load, in one unit for all hosts' }),
    ),
    power: Type.Optional(
      Type.Object({ kind: OneOf(['ipmi', 'redfish', 'wake-on-lan', 'command']) }, { additionalProperties: true }),
    ),
  },
  strict,
)
export type HostPowerConfig = Static<typeof HostPowerConfig>
