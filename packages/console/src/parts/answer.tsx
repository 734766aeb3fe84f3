// The three faces of something that is read from the server: loading (a placeholder of the final height, so that nothing
// jumps), failed (with what to do), there. An older answer stays while a newer one fails; the note stands above it.
import type { ApiError } from '@gleaner/client'
import { Skeleton } from '@patternfly/react-core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorNote } from './error-note.tsx'

interface AnswerProps<T> {
  readonly read: UseQueryResult<T, ApiError>
  readonly height: string
  readonly what: string
  readonly children: (data: T) => ReactNode
}

export function Answer<T>({ read, height, what, children }: AnswerProps<T>) {
  const retry = () => void read.refetch()
  if (read.data === undefined) {
    if (read.isError) return <ErrorNote error={read.error} retry={retry} />
    return <Skeleton height={height} screenreaderText={`Reading ${what}`} className="g-skeleton" />
  }
  return (
    <>
      {read.isError && <ErrorNote error={read.error} retry={retry} />}
      {children(read.data)}
    </>
  )
}
