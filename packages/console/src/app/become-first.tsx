// Whoever opens the link that the server printed becomes the first administrator with one click. Without a certificate the
// token that comes of it is shown once.
import { Button } from '@patternfly/react-core'
import { useAct } from '../api/use-act.ts'
import { CopyBox } from '../parts/copy-box.tsx'
import { ErrorNote } from '../parts/error-note.tsx'

export function BecomeFirst({ link, enter }: { readonly link: string; readonly enter: () => void }) {
  const become = useAct('becomeFirstAdministrator', [])
  if (become.data === undefined)
    return (
      <section className="g-panel g-login__card">
        <h1>Become the first administrator</h1>
        <p>You have the link that Gleaner printed when it started. It counts once.</p>
        {become.error !== null && <ErrorNote error={become.error} />}
        <Button isLoading={become.isPending} onClick={() => become.mutate({ body: { link } })} isBlock>
          Become administrator
        </Button>
      </section>
    )
  const { token, who } = become.data
  return (
    <section className="g-panel g-login__card">
      <h1>You are the administrator</h1>
      {token === undefined ? (
        <p>
          As <strong>{who.name}</strong>, by your certificate.
        </p>
      ) : (
        <>
          <p>This browser is logged in. To log in elsewhere keep this token; it is shown this once.</p>
          <CopyBox text={token} label="Token of the first administrator" />
        </>
      )}
      <Button onClick={enter} isBlock>
        Go on
      </Button>
    </section>
  )
}
