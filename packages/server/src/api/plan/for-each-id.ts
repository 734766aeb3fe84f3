// Does something with each of several ids, once each, in their order, and tells which were refused and why. What is not
// a refusal (the store is away, a fault of our own) ends it as a whole.
import { GleanerError } from '@gleaner/model'

const refusals: ReadonlySet<string> = new Set(['not-found', 'conflict', 'refused', 'capacity'])

export async function forEachId(
  ids: readonly string[],
  act: (id: string) => Promise<void>,
): Promise<{ id: string; detail: string }[]> {
  const refused: { id: string; detail: string }[] = []
  for (const id of new Set(ids)) {
    try {
      await act(id)
    } catch (error) {
      if (!(error instanceof GleanerError && refusals.has(error.kind))) throw error
      refused.push({ id, detail: error.message })
    }
  }
  return refused
}
