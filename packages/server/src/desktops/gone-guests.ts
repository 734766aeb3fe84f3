// A desktop that nothing was heard of for the second, longer limit: its guests count as gone. Nothing is done to them, since nobody can
// say whether they run; operators are told which they are, until the desktop is heard again.
import type { DesktopPresence } from '@gleaner/engine'
import type { Host } from '@gleaner/model'
import type { Runtime } from '../runtime.ts'

const mostNames = 5

export async function tellGoneGuests(
  { state, problems }: Runtime,
  presenceOf: (host: Host) => DesktopPresence,
): Promise<void> {
  for (const { snapshot } of state.clouds.values())
    for (const host of snapshot?.hosts ?? []) {
      if (host.kind !== 'desktop') continue
      const subject = `desktop ${host.name}`
      const { standing, verdict } = presenceOf(host)
      const guests = snapshot?.instancesOfHost.get(host.id) ?? []
      if (standing !== 'gone' || guests.length === 0) await problems.resolve(subject, 'desktop-gone')
      else {
        const names = guests.slice(0, mostNames).map(({ name }) => name)
        const more = guests.length > mostNames ? ` and ${guests.length - mostNames} more` : ''
        await problems.report({
          code: 'desktop-gone',
          severity: 'warning',
          subject,
          sentence: `${host.name}: ${verdict.sentence} On it: ${names.join(', ')}${more}.`,
          remedy: `See whether ${host.name} is switched on and its agent runs (gleaner agent status); guests go on when it is heard again.`,
        })
      }
    }
}
