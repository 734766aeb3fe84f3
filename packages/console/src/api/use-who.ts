// Who looks at the page and what that person may do.
import { type Role, roleAllows, type WhoAmIView } from '@gleaner/model'
import { createContext, useContext } from 'react'

export const WhoContext = createContext<WhoAmIView | undefined>(undefined)

export function useWho(): WhoAmIView | undefined {
  return useContext(WhoContext)
}

export function useMay(needed: Role): boolean {
  const who = useWho()
  return who !== undefined && roleAllows(who.role, needed)
}
