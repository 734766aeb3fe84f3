// The keep links of a running server, where they are configured.
import type { Config } from '../config/config.ts'
import { KeepLinks } from './keep-links.ts'
import { keyFromSecret, keyOfState } from './link-key.ts'

export async function openKeepLinks({ notices, stateDirectory }: Pick<Config, 'notices' | 'stateDirectory'>) {
  const { keepLinks } = notices
  if (keepLinks === undefined) return undefined
  const key = keepLinks.secret === undefined ? await keyOfState(stateDirectory) : keyFromSecret(keepLinks.secret)
  return new KeepLinks(key, keepLinks)
}
