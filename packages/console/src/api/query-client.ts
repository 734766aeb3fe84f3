// How answers are kept: live events say when to read again, so nothing is polled and nothing grows stale by time alone.
// What may succeed later is tried again by itself; a refusal is not.
import { ApiError } from '@gleaner/client'
import { QueryClient } from '@tanstack/react-query'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 120_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => error instanceof ApiError && error.retryable && failures < 2,
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
})
