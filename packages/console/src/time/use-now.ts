// The server's present, once a second.
import { useSyncExternalStore } from 'react'
import { lastBeatMs, onBeat } from './server-clock.ts'

export function useNow(): number {
  return useSyncExternalStore(onBeat, lastBeatMs)
}
