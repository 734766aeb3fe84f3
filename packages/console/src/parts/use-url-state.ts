// Filters and search that live in the address, so that a view can be kept and sent. Changing one replaces the entry in
// the browser's history: the back button leaves the page, it does not undo keystrokes.
import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

export interface UrlState {
  readonly get: (name: string) => string | undefined
  readonly set: (changes: Readonly<Record<string, string | undefined>>) => void
  readonly text: string
}

export function useUrlState(): UrlState {
  const text = useSearch()
  const [path, go] = useLocation()
  const set = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) => {
      // The present address, not the one of the last render: two changes in one tick must both count.
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === '') next.delete(name)
        else next.set(name, value)
      }
      const search = next.toString()
      go(search === '' ? path : `${path}?${search}`, { replace: true })
    },
    [go, path],
  )
  return useMemo(() => {
    const values = new URLSearchParams(text)
    return { get: (name: string) => values.get(name) ?? undefined, set, text }
  }, [text, set])
}
