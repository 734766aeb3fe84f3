// Nobody is known yet: a token starts a session of this browser.
import type { NobodyView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useState } from 'react'
import { useAct } from '../api/use-act.ts'
import { ErrorNote } from '../parts/error-note.tsx'
import '../parts/page.css'
import { CertificateRefusal } from './certificate-refusal.tsx'
import { ThemeSwitch } from './theme-switch.tsx'
import { Wordmark } from './wordmark.tsx'

interface LoginParts {
  /** What is wrong with the certificate the browser brought, if it brought one. */
  readonly refusal: NobodyView['refusal']
  readonly lookAgain: () => void
}

export function LoginPage({ refusal, lookAgain }: LoginParts) {
  const logIn = useAct('logIn', ['whoAmI'])
  const [token, setToken] = useState('')
  return (
    <main className="g-login">
      {refusal !== undefined && <CertificateRefusal refusal={refusal} lookAgain={lookAgain} />}
      <form
        className="g-panel g-login__card"
        onSubmit={(event) => {
          event.preventDefault()
          logIn.mutate({ body: { token: token.trim() } })
        }}
      >
        <Wordmark />
        {refusal === undefined ? <h1>Log in</h1> : <h2>Log in with a token instead</h2>}
        <div className="g-field">
          <label htmlFor="token">Access token</label>
          <input
            id="token"
            className="g-input"
            type="password"
            autoComplete="current-password"
            value={token}
            required
            maxLength={200}
            onChange={(event) => setToken(event.target.value)}
          />
          <p className="g-hint">
            An administrator makes one with <code>gleaner tokens create</code>.
          </p>
        </div>
        {logIn.error !== null && <ErrorNote error={logIn.error} />}
        <Button type="submit" isLoading={logIn.isPending} isBlock>
          Log in
        </Button>
      </form>
      <ThemeSwitch />
    </main>
  )
}
