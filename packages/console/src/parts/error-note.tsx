// What failed, why, and what to do about it, with a way to try again.
import type { ApiError } from '@gleaner/client'
import { Alert, AlertActionLink } from '@patternfly/react-core'

export function ErrorNote({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) {
  return (
    <Alert
      variant="danger"
      isInline
      title={error.detail}
      className="g-error-note"
      actionLinks={retry === undefined ? undefined : <AlertActionLink onClick={retry}>Try again</AlertActionLink>}
    >
      {error.remedy}
    </Alert>
  )
}
