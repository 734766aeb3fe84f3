// A server made for somebody else gets their key: nova takes a key pair only from the user who asks, so the same public key
// is kept under a name of its own among those of Gleaner's user.
import type { NovaClient } from '@gleaner/wire-openstack'
import { isStatus } from '@gleaner/wire-openstack'

export interface WantedKey {
  readonly name: string
  /** Whose it is; undefined for Gleaner's own user. */
  readonly ownerId: string | undefined
}

/** The name to ask nova for. The name itself where no such key can be found: then nova's own answer tells what is wrong. */
export async function usableKey(
  { nova, ownNova }: { readonly nova: NovaClient; readonly ownNova: NovaClient },
  { name, ownerId }: WantedKey,
  signal: AbortSignal,
): Promise<string> {
  if (ownerId === undefined) return name
  const owned = await nova.keyPair(name, ownerId, signal)
  const publicKey = owned?.optionalText('public_key')
  if (publicKey === undefined) return name
  const kept = `${name} of ${ownerId}`.slice(0, longestName)
  if ((await ownNova.keyPair(kept, undefined, signal))?.optionalText('public_key') === publicKey) return kept
  try {
    await ownNova.importKeyPair({ name: kept, publicKey }, signal)
  } catch (error) {
    if (!isStatus(error, 409)) throw error
  }
  return kept
}

const longestName = 255
