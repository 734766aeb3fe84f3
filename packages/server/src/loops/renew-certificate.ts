// Takes a renewed certificate of the server into use without a restart: new connections get it, those that stand are left
// alone. What cannot be used, and an end that is near, is a problem and changes nothing.
import type { Server } from 'node:https'
import { OwnCertificate } from '../auth/certificates/own-certificate.ts'
import { tlsOptions } from '../auth/certificates/tls-options.ts'
import { realClock } from '../clock/real-clock.ts'
import type { PeopleSettings, TlsSettings } from '../config/people.ts'
import type { ProblemReporter } from '../problems/reporter.ts'
import { Loop } from './loop.ts'

const periodMs = 10_000
const subject = 'certificate of the server'

export interface RenewalParts {
  readonly server: Pick<Server, 'setSecureContext'>
  readonly tls: TlsSettings
  readonly people: PeopleSettings
  readonly problems: Pick<ProblemReporter, 'report' | 'reportError' | 'resolve'>
}

export function renewCertificateLoop({ server, tls, people, problems }: RenewalParts): Loop {
  const own = new OwnCertificate(tls)
  return new Loop({
    name: 'certificate',
    periodMs,
    // Certificates end on the clock on the wall, whatever the one of the clouds shows.
    clock: realClock,
    delayed: true,
    onError: (error) => void problems.reportError(subject, error),
    run: async () => {
      const found = own.look()
      if (found.kind === 'renewed') server.setSecureContext(tlsOptions(found.tls, people))
      if (found.kind === 'unusable')
        await problems.report({
          code: 'own-certificate-unusable',
          severity: 'error',
          subject,
          sentence: `The files of the server’s certificate have changed and cannot be used: ${found.fault}. The one before stays in use.`,
          remedy: 'Put a certificate and its key in place that belong together; they are looked at every 10 seconds.',
        })
      else await problems.resolve(subject, 'own-certificate-unusable')
      const ends = new Date(own.endsAtMs).toISOString()
      if (own.endsAtMs - realClock.nowMs() < people.warnBeforeMs)
        await problems.report({
          code: 'own-certificate-ends',
          severity: 'warning',
          subject,
          sentence: `The server’s certificate ends at ${ends}.`,
          remedy: 'Renew it in its files; it is taken into use without a restart.',
        })
      else await problems.resolve(subject, 'own-certificate-ends')
      return `ends at ${ends}`
    },
  })
}
