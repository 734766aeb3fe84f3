// Actions in the forms that sentences need.
import type { Capability, Mode, StepKind } from '@gleaner/model'

export const actionWord: Readonly<Record<StepKind, { verb: string; past: string }>> = {
  notify: { verb: 'Notify', past: 'notified' },
  pause: { verb: 'Pause', past: 'paused' },
  suspend: { verb: 'Suspend', past: 'suspended' },
  stop: { verb: 'Stop', past: 'stopped' },
  shelve: { verb: 'Shelve', past: 'shelved' },
  resume: { verb: 'Resume', past: 'resumed' },
  start: { verb: 'Start', past: 'started' },
  balloon: { verb: 'Lend memory from', past: 'left with less memory' },
  'return-memory': { verb: 'Give back the memory of', past: 'given its memory back' },
  migrate: { verb: 'Move', past: 'moved to another host' },
  delete: { verb: 'Delete', past: 'deleted' },
  'raise-ratio': { verb: 'Raise the ratio of', past: 'sold at a higher ratio' },
  'lower-ratio': { verb: 'Lower the ratio of', past: 'sold at a lower ratio' },
  close: { verb: 'Close', past: 'closed' },
  open: { verb: 'Open', past: 'opened' },
  sleep: { verb: 'Switch off', past: 'switched off' },
  wake: { verb: 'Wake', past: 'woken' },
}

export const capabilityWord: Readonly<Record<Capability, { name: string; does: string }>> = {
  idleness: { name: 'Idleness', does: 'Finds instances that nobody uses and suspends them by your rules.' },
  oversubscription: { name: 'Oversubscription', does: 'Sells more than exists, from measured use.' },
  preemption: { name: 'Preemption', does: 'Fills free room with instances that yield at once.' },
  reservations: { name: 'Reservations', does: 'Keeps hosts free for who booked them.' },
  energy: { name: 'Energy', does: 'Switches empty hosts off and wakes them in time.' },
  opportunism: { name: 'Opportunism', does: 'Lends desktops whose user is away.' },
}

export const modeWord: Readonly<Record<Mode, string>> = {
  off: 'does not even look',
  observe: 'records what it would do, does nothing',
  advise: 'proposes; a person approves',
  enforce: 'acts by itself, through every check',
}
