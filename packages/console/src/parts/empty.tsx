// An empty list that teaches: what would be here, and how to get there.
import { EmptyState, EmptyStateBody, EmptyStateFooter } from '@patternfly/react-core'
import type { ReactNode } from 'react'

interface EmptyProps {
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <EmptyState titleText={title} headingLevel="h3" variant="sm">
      <EmptyStateBody>{children}</EmptyStateBody>
      {action !== undefined && <EmptyStateFooter>{action}</EmptyStateFooter>}
    </EmptyState>
  )
}
