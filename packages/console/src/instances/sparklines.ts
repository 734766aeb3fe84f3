// The sparklines of the rows in sight. Rows ask by id; what is missing or older than half a minute is asked for in one
// request, at most 200 at a time, as the server wants it.
import { useEffect, useSyncExternalStore } from 'react'
import { client } from '../api/client.ts'

type Values = readonly (number | null)[]
interface Kept {
  readonly values: Values
  readonly atMs: number
}

const freshMs = 30_000
const batch = 200
const kept = new Map<string, Kept>()
const wanted = new Set<string>()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | undefined

const sparklineSpan = '6h'

function want(id: string): void {
  const have = kept.get(id)
  if (have !== undefined && performance.now() - have.atMs < freshMs) return
  wanted.add(id)
  timer ??= setTimeout(() => void fetchWanted(), 60)
}

async function fetchWanted(): Promise<void> {
  const ids = [...wanted].slice(0, batch)
  for (const id of ids) wanted.delete(id)
  try {
    const { series } = await client.call('getSparklines', {
      body: { ids, metric: 'cpu', for: sparklineSpan, points: 32 },
    })
    const atMs = performance.now()
    for (const [id, values] of Object.entries(series)) kept.set(id, { values, atMs })
    for (const listener of listeners) listener()
  } catch {
    // The table itself says when the server is away; the rows ask again when they are drawn anew.
  } finally {
    timer = wanted.size > 0 ? setTimeout(() => void fetchWanted(), 60) : undefined
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** `sampledAt` makes the row ask again when there is something new to draw. */
export function useSparkline(id: string, sampledAt: string | undefined): Values | undefined {
  useEffect(() => want(id), [id, sampledAt])
  return useSyncExternalStore(listen, () => kept.get(id)?.values)
}
