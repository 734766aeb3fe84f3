// Looks whether the lists of client certificates that do not count can be used. One that cannot lets nobody in who has a certificate, and who
// could mend it may be among them: it is a problem before anybody stands at the door.
import { CertificateJudge, type CertificateFiles } from '../auth/certificates/certificate-judge.ts'
import { realClock } from '../clock/real-clock.ts'
import type { ProblemReporter } from '../problems/reporter.ts'
import { Loop } from './loop.ts'

const periodMs = 10_000
const subject = 'client certificates'
const code = 'certificate-lists-unusable'

export interface ListParts {
  readonly certificates: CertificateFiles
  readonly problems: Pick<ProblemReporter, 'report' | 'reportError' | 'resolve'>
}

export function checkListsLoop({ certificates, problems }: ListParts): Loop {
  const judge = new CertificateJudge(certificates)
  return new Loop({
    name: 'certificate lists',
    periodMs,
    // Lists end on the clock on the wall, whatever the one of the clouds shows.
    clock: realClock,
    onError: (error) => void problems.reportError(subject, error),
    run: async () => {
      const faults = judge.listFaults(realClock.nowMs())
      if (faults.length === 0) await problems.resolve(subject, code)
      else
        await problems.report({
          code,
          severity: 'error',
          subject,
          sentence: `${faults.join('. ')}. Whoever has a client certificate that it could name is refused.`,
          remedy:
            'Put a good list in place, or take it out of people.certificates and start anew; log in with a token meanwhile.',
        })
      return faults.length === 0 ? 'all can be used' : `${faults.length} cannot be used`
    },
  })
}
