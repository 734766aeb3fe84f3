// Nova's microversions: what the client asks for, and the comparisons the front needs. Asked for in
// `OpenStack-API-Version: compute 2.90` (from 2.27 on) or `X-OpenStack-Nova-API-Version: 2.26`; the former wins, as in nova.
// What cannot be read is passed on as it is: nova says what is wrong with it. The root /v2 knows no microversions.
import { type RawHeaders, headerValues, withoutHeaders } from './raw-headers.ts'

/** The minor number: 52 is 2.52. */
export type Minor = number

export const baseMinor: Minor = 1
/** Tags are shown, set and filtered by from here on. */
export const tagsMinor: Minor = 26
/** A create may bring its tags. */
export const tagsAtCreateMinor: Minor = 52

export type AskedVersion = Minor | 'latest'

/** Read the way nova reads it: of several, the last. */
export function askedVersion(raw: RawHeaders): AskedVersion {
  const standard = headerValues(raw, 'openstack-api-version').join(',').split(',').toReversed()
  for (const part of standard) {
    const match = /^\s*compute\s+(\S.*?)\s*$/i.exec(part)
    if (match !== null) return readMinor(match[1] ?? '')
  }
  return readMinor(headerValues(raw, 'x-openstack-nova-api-version').join(',').split(',').at(-1)?.trim() ?? '')
}

function readMinor(text: string): AskedVersion {
  if (text === 'latest') return 'latest'
  const match = /^2\.([1-9]\d{0,4})$/.exec(text)
  return match === null ? baseMinor : Number(match[1])
}

export function reaches(asked: AskedVersion, minor: Minor): boolean {
  return asked === 'latest' || asked >= minor
}

const versionHeaders: ReadonlySet<string> = new Set(['openstack-api-version', 'x-openstack-nova-api-version'])

/** The same headers, asking for this version of the compute API. */
export function withVersion(raw: RawHeaders, minor: Minor): string[] {
  return [...withoutHeaders(raw, versionHeaders), ...versionHeader(minor)]
}

export function versionHeader(minor: Minor): readonly [string, string, string, string] {
  return ['OpenStack-API-Version', `compute 2.${minor}`, 'X-OpenStack-Nova-API-Version', `2.${minor}`]
}
