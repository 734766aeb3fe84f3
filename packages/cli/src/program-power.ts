// The words of `gleaner power` and `gleaner ranking`: hosts that are switched off and on, and which do most work per watt.
import { type Words, add } from './program-parts.ts'

export function powering({ program, context }: Words): void {
  const parent = add(program, 'power', 'hosts that can be switched off and on, and what keeps each awake')
  parent.action(async () => (await import('./commands/power.ts')).power(context()))
  const wishes = [
    ['wake', 'awake', 'wake a host, and keep it awake for a time'],
    ['sleep', 'asleep', 'let an empty host sleep for a time; it still wakes for its leases'],
  ] as const
  for (const [name, state, description] of wishes)
    add(parent, name, description)
      .argument('<host>', 'name or id')
      .option('--for <duration>', '30m, 8h, 2d; 4h if absent')
      .action(async (host, options) =>
        (await import('./commands/power.ts')).wishPower(context(), host, { state, ...options }),
      )
  add(parent, 'auto', 'leave a host to the plan again')
    .argument('<host>', 'name or id')
    .action(async (host) => (await import('./commands/power.ts')).wishPower(context(), host, { state: 'automatic' }))
  add(program, 'ranking', 'hosts by the work they do per watt')
    .option('--cloud <cloud>')
    .action(async (options) => (await import('./commands/power.ts')).ranking(context(), options))
}
