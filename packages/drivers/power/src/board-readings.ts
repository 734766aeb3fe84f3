// Many boards, each a device of its own, as one meter: they are asked at the same time, a few at once, and one that fails costs the
// others nothing. Only when none of them answers is the meter itself not well, with the fault of the first.
import { GleanerError, type OutletFault, isError } from '@gleaner/model'
import type { CheckItem, Clock, OutletReading } from '@gleaner/ports'

/** Figures, or why there are none. */
export type BoardSays =
  | { readonly powerW?: number | undefined; readonly energyJ?: number | undefined; readonly fault?: undefined }
  | { readonly fault: OutletFault; readonly why?: string }

export interface BoardRound {
  readonly meter: string
  readonly clock: Pick<Clock, 'nowMs'>
  readonly outlets: readonly string[]
  readonly ask: (outlet: string, signal: AbortSignal) => Promise<BoardSays>
  readonly signal: AbortSignal
}

const atOnce = 16

export async function readBoards(round: BoardRound): Promise<readonly OutletReading[]> {
  const { outlets, meter, clock } = round
  const answers = await askAll(round)
  const failed = answers.filter((answer) => answer instanceof GleanerError)
  if (failed.length > 0 && failed.length === answers.length)
    throw failed[0] ?? new GleanerError('internal', { detail: meter })
  const atMs = clock.nowMs()
  return outlets.map((outlet, nth) => {
    const answer = answers[nth]
    const none = { outlet, atMs, powerW: undefined, energyJ: undefined }
    if (answer === undefined || answer instanceof GleanerError) return { ...none, fault: 'silent' as const }
    if (answer.fault !== undefined) return { ...none, fault: answer.fault }
    return { ...none, powerW: answer.powerW, energyJ: answer.energyJ, fault: undefined }
  })
}

/** One line for each board. */
export async function checkBoards(round: BoardRound, remedy: string): Promise<readonly CheckItem[]> {
  const answers = await askAll(round)
  return round.outlets.map((outlet, nth) => {
    const what = `outlet ${outlet}`
    const answer = answers[nth]
    if (answer === undefined || answer instanceof GleanerError)
      return { what, ok: false, detail: answer?.message ?? 'no answer', remedy: answer?.remedy ?? remedy }
    if (answer.fault !== undefined)
      return { what, ok: false, detail: `no figure (${answer.why ?? answer.fault})`, remedy }
    const { powerW, energyJ } = answer
    const said = powerW === undefined ? `has counted ${Math.round(energyJ ?? 0)} J` : `draws ${powerW} W`
    return { what, ok: true, detail: said }
  })
}

async function askAll({ meter, outlets, ask, signal }: BoardRound): Promise<readonly (BoardSays | GleanerError)[]> {
  signal.throwIfAborted()
  const answers: (BoardSays | GleanerError)[] = []
  const queue = outlets.entries()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, outlets.length) }, async () => {
      for (const [nth, outlet] of queue) answers[nth] = await ask(outlet, signal).catch((error) => told(meter, error))
    }),
  )
  signal.throwIfAborted()
  return answers
}

/** A fault of a switch or a service, in the words for meters. Everything else is not theirs to tell. */
function told(meter: string, error: unknown): GleanerError {
  if (!isError(error)) throw error
  const code =
    error.kind === 'refused' ? 'meter-refused' : error.kind === 'unavailable' ? 'meter-unavailable' : 'meter-broken'
  return new GleanerError(code, { meter, detail: error.message.replace(/\.$/, '') }, { cause: error })
}
