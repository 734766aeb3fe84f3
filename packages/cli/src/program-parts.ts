// What the descriptions of all commands are made of.
import { leastMultiplier, mostMultiplier, type WeigherName, weigherNames } from '@gleaner/model'
import { type Command, InvalidArgumentError } from 'commander'
import type { CommandContext, Session } from './command-context.ts'

export interface Words {
  readonly session: Session
  readonly program: Command
  readonly context: () => CommandContext
}

/** A subcommand that keeps the output, the error form and the options of the program. */
export function add(parent: Command, name: string, description: string): Command {
  return parent.command(name).copyInheritedSettings(parent).description(description)
}

export const watchable = (command: Command): Command =>
  command.option('--watch', 'show it again and again until Ctrl-C').option('--interval <seconds>', 'with --watch', '2')

export function whole(text: string): string {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('A whole number from 0 to 999999 is needed.')
  return text
}

export function positive(text: string): string {
  if (!(/^\d+(\.\d+)?(e\+?\d+)?$/i.test(text) && Number(text) > 0 && Number.isFinite(Number(text))))
    throw new InvalidArgumentError('A number above 0 is needed.')
  return text
}

/** 2, or 2-4. */
export function counts(text: string): string {
  if (!/^\d{1,6}(-\d{1,6})?$/.test(text)) throw new InvalidArgumentError('A count is needed: 2, or 2-4.')
  return text
}

export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}

export type Multipliers = Readonly<Partial<Record<WeigherName, number>>>

/** NAME=NUMBER, one weigher after the other. */
export function multiplier(text: string, before: Multipliers = {}): Multipliers {
  const [word, number, ...more] = text.split('=')
  const name = weigherNames.find((known) => known === word)
  if (name === undefined || number === undefined || more.length > 0)
    throw new InvalidArgumentError(`NAME=NUMBER is needed; names are ${weigherNames.join(', ')}.`)
  const value = /^-?\d{1,9}(\.\d{1,9})?$/.test(number) ? Number(number) : Number.NaN
  const least = leastMultiplier(name)
  if (!(value >= least && value <= mostMultiplier))
    throw new InvalidArgumentError(`A number from ${least} to ${mostMultiplier} is needed.`)
  return { ...before, [name]: value }
}
