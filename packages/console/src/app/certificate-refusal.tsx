// The browser brought a certificate and it does not let its owner in: who it is about, why, and what comes next. Looks again by
// itself, so that whoever waits to be activated sees the moment.
import type { NobodyView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useEffect } from 'react'

const lookAgainMs = 10_000

export function CertificateRefusal({
  refusal,
  lookAgain,
}: {
  readonly refusal: NonNullable<NobodyView['refusal']>
  readonly lookAgain: () => void
}) {
  const isWaiting = refusal.code === 'person-inactive'
  useEffect(() => {
    if (!isWaiting) return undefined
    const timer = setInterval(lookAgain, lookAgainMs)
    return () => clearInterval(timer)
  }, [isWaiting, lookAgain])
  return (
    <section className="g-panel g-login__card" aria-live="polite">
      <h1>{isWaiting ? 'Waiting for approval' : 'This certificate does not let you in'}</h1>
      {refusal.subject !== undefined && (
        <p>
          Your certificate says <strong>{refusal.subject}</strong>.
        </p>
      )}
      <p>{isWaiting ? 'Gleaner knows you now. An administrator has to activate you.' : refusal.sentence}</p>
      <p className="g-hint">{refusal.remedy}</p>
      <Button variant="secondary" onClick={lookAgain} isBlock>
        Look again
      </Button>
      {!isWaiting && (
        <p className="g-hint">A browser keeps the certificate that was chosen; close it to choose another one.</p>
      )}
    </section>
  )
}
