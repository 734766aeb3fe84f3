// One guest brought to stand still. Only what was seen running is the agent's to let go on later, and that is written down before;
// what stands still already was paused by somebody else. A disk that is full keeps no guest running: then a person lets it go on.
import type { Guest, GuestState } from '../guests/guest.ts'
import type { KeptState } from './kept-state.ts'

export async function haltGuest(guest: Guest, kept: KeptState, say: (line: string) => void): Promise<GuestState> {
  const state = await guest.ask()
  if (state === 'paused' || state === 'gone') return state
  if (state === 'running' && !kept.paused.has(guest.name)) remember(kept, new Set([...kept.paused, guest.name]), say)
  await guest.pause()
  return 'paused'
}

export function remember(kept: KeptState, names: ReadonlySet<string>, say: (line: string) => void): void {
  try {
    kept.setPaused(names)
  } catch (error) {
    say(`what was paused could not be written down: ${(error as Error).message}`)
  }
}

/** All of them, each told in a line. False when one could not be paused. */
export async function haltAll(
  guests: readonly Guest[],
  kept: KeptState,
  say: (line: string) => void,
): Promise<boolean> {
  const halted = guests.map((guest) =>
    haltGuest(guest, kept, say).then(
      (state) => {
        say(`${guest.name}: ${state}`)
        return true
      },
      (error: Error) => {
        say(`${guest.name}: could not be paused: ${error.message}`)
        return false
      },
    ),
  )
  return (await Promise.all(halted)).every((done) => done)
}
