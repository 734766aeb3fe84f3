// How the server's own TLS asks for a client certificate: everybody may connect, with or without one, so that who has none
// gets a page and not an alert. Whether it counts is decided at every request.
import type { ServerOptions } from 'node:https'
import type { PeopleSettings, TlsSettings } from '../../config/people.ts'

/** Whoever comes back within this time does not show the key again; what counts is looked at all the same. */
const resumeWithinS = 300

export function tlsOptions(tls: TlsSettings, { certificates }: PeopleSettings): ServerOptions {
  return {
    cert: tls.certificate,
    key: tls.key,
    minVersion: 'TLSv1.2',
    sessionTimeout: resumeWithinS,
    ...(certificates === undefined
      ? {}
      : { requestCert: true, rejectUnauthorized: false, ca: certificates.authorities }),
  }
}
