// Whether the page is live. A word and a shape; announced when it changes, not otherwise.
import { useSyncExternalStore } from 'react'
import { liveState } from '../api/live.ts'
import { Mark } from '../parts/mark.tsx'

export function ConnectionIndicator() {
  const state = useSyncExternalStore(liveState.listen, liveState.get)
  return (
    <span role="status" className="g-connection">
      {state === 'connected' ? (
        <>
          <Mark shape="dot" tone="good" />
          live
        </>
      ) : state === 'connecting' ? (
        <>
          <Mark shape="ring" tone="quiet" />
          connecting
        </>
      ) : (
        <>
          <Mark shape="triangle" tone="warning" />
          reconnecting
        </>
      )}
    </span>
  )
}
