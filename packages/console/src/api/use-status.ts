// The status of the server; each answer also sets the page's idea of the server's clock.
import { useEffect } from 'react'
import { setServerTime } from '../time/server-clock.ts'
import { type Read, useApi } from './use-api.ts'

export function useStatus(): Read<'getStatus'> {
  return useApi('getStatus', {})
}

/** Mounted once: keeps the clock in step. A slow heartbeat covers a live stream that is down. */
export function useServerClock(): void {
  const { data, dataUpdatedAt } = useApi('getStatus', {}, { refetchMs: 30_000 })
  useEffect(() => {
    if (data !== undefined) setServerTime(data.now, data.speed)
  }, [data, dataUpdatedAt])
}
