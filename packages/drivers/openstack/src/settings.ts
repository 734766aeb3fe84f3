// Where a cloud's settings are from: in words for people, and read.
import { type CloudSettings, loadCloudSettings, settingsFromEntry } from '@gleaner/wire-openstack'
import type { SettingsFrom } from './options.ts'

/** One line without a secret. */
export function addressOf(from: SettingsFrom): string {
  if ('entry' in from) return settingsFromEntry(from.entry).authUrl
  const cloud = from.cloud ?? (from.file === undefined ? from.environment['OS_CLOUD'] : undefined)
  if (cloud === undefined && from.file === undefined) return from.environment['OS_AUTH_URL'] ?? 'the OS_ variables'
  return `${cloud === undefined ? 'the entry' : `cloud ${cloud}`} of ${from.file ?? 'clouds.yaml'}`
}

export async function readSettings(from: SettingsFrom): Promise<CloudSettings> {
  if ('entry' in from) return settingsFromEntry(from.entry)
  return loadCloudSettings({ cloud: from.cloud, file: from.file, env: from.environment })
}
