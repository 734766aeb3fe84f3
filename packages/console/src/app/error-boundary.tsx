// A fault in the page itself stays in the part that has it; the rest goes on.
import { Button } from '@patternfly/react-core'
import { Component, type ReactNode } from 'react'
import { Empty } from '../parts/empty.tsx'

interface State {
  readonly error: Error | undefined
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <Empty
        title="This part of the page failed"
        action={
          <Button variant="secondary" onClick={() => window.location.reload()}>
            Load the page again
          </Button>
        }
      >
        The server is not affected. If it happens again, report it with this line: <code>{error.message}</code>
      </Empty>
    )
  }
}
