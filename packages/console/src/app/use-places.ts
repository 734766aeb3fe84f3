// The places that the person who looks may go to.
import { roleAllows } from '@gleaner/model'
import { useMemo } from 'react'
import { useWho } from '../api/use-who.ts'
import { type Place, places } from './places.ts'

export function usePlaces(): readonly Place[] {
  const role = useWho()?.role
  return useMemo(
    () => places.filter(({ needs }) => needs === undefined || (role !== undefined && roleAllows(role, needs))),
    [role],
  )
}
