// The word by which a command tells whether its host is on: the first word it prints, or the last of a sentence such as
// ipmitool's "Chassis Power is on". Anything else is not guessed.
import type { PowerState } from '@gleaner/ports'

const words: Readonly<Record<string, PowerState>> = { on: 'on', off: 'off', asleep: 'asleep', unknown: 'unknown' }

export function stateWord(text: string): PowerState | undefined {
  const said = text.trim().toLowerCase().split(/\s+/)
  return words[said[0] ?? ''] ?? words[said.at(-1) ?? '']
}
