// The part `keepLinks` of the section `notices`: links by which owners keep what a notice is about.
import { DurationText } from '@gleaner/model'
import { type Static, Type } from 'typebox'
import type { KeepLinkSettings } from '../links/keep-links.ts'
import type { NoticesReading } from './notices.ts'
import { Secret } from './schema-parts.ts'

export const KeepLinksConfig = Type.Object(
  {
    validFor: Type.Optional(DurationText),
    keepFor: Type.Optional(DurationText),
    secret: Type.Optional(
      Type.Union(Secret.anyOf, {
        description:
          'What links are signed with, at least 32 characters, the same for all replicas (a key that is made in the state directory)',
      }),
    ),
  },
  { additionalProperties: false, description: 'Notices carry a link that keeps their instance (none)' },
)
export type KeepLinksConfig = Static<typeof KeepLinksConfig>

export interface KeepLinksChosen extends KeepLinkSettings {
  readonly secret: string | undefined
}

const longestMs = 366 * 86_400_000

export function readKeepLinks(
  given: KeepLinksConfig | undefined,
  { fault, secret, durationMs, publicUrl }: NoticesReading,
): KeepLinksChosen | undefined {
  const validForMs = durationMs('notices.keepLinks.validFor', given?.validFor, {
    otherwiseMs: 7 * 86_400_000,
    effect: 'How long after its notice a keep link can be used',
  })
  const keepForMs = durationMs('notices.keepLinks.keepFor', given?.keepFor, {
    otherwiseMs: 7 * 86_400_000,
    effect: 'How long an instance is kept by a link, from when it is used',
  })
  if (given === undefined) return undefined
  const at = (key: string) => ['keepLinks', key]
  if (validForMs <= 0 || validForMs > longestMs) fault(at('validFor'), 'validFor is more than 0s and at most 366d')
  if (keepForMs <= 0 || keepForMs > longestMs) fault(at('keepFor'), 'keepFor is more than 0s and at most 366d')
  const text = secret(given.secret, at('secret'))
  if (text !== undefined && text.length < 32)
    fault(at('secret'), 'the secret is shorter than 32 characters; take a longer one')
  if (publicUrl === undefined) {
    fault(['keepLinks'], 'links need publicUrl: the address under which people reach this server')
    return undefined
  }
  return { publicUrl, validForMs, keepForMs, secret: text }
}
