// Which messages a receiver wants, whatever the way they come: a hook and recipients of mail choose alike.
import { capabilities, type Capability, type MessageKind, messageKinds, OneOf } from '@gleaner/model'
import { Type } from 'typebox'

/** The keys of the configuration; what is absent limits nothing. */
export const wantedKeys = {
  kinds: Type.Optional(
    Type.Array(OneOf(messageKinds), {
      minItems: 1,
      description: 'Which messages: announced, called-off, told, done, failed, report (all)',
    }),
  ),
  capabilities: Type.Optional(
    Type.Array(OneOf(capabilities), { minItems: 1, description: 'Of which capabilities (all)' }),
  ),
  projects: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Of the instances of which projects, by name or id (all)',
    }),
  ),
  clouds: Type.Optional(Type.Array(Type.String(), { minItems: 1, description: 'Of which clouds, by id (all)' })),
}

/** Undefined: all. */
export interface WantedMessages {
  readonly kinds: readonly MessageKind[] | undefined
  readonly capabilities: readonly Capability[] | undefined
  /** By name or id. */
  readonly projects: readonly string[] | undefined
  readonly clouds: readonly string[] | undefined
}
