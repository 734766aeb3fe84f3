// The words of `gleaner agent`: what runs on a desktop. They ask the agent of this machine over its own socket, and no server.
import { InvalidArgumentError } from 'commander'
import { parseDurationMs } from '@gleaner/model'
import type { GlobalOptions } from './command-context.ts'
import { type Words, add } from './program-parts.ts'

const configured = ['--config <file>', 'of the agent (/etc/gleaner/agent.yaml)'] as const

export function desktopAgent({ session, program }: Words): void {
  const { io } = session
  const agent = add(program, 'agent', 'this machine as a desktop that is lent while nobody is there')
  const given = (options: { readonly config?: string }) => ({ ...options, json: program.opts<GlobalOptions>().json })
  const load = () => import('@gleaner/agent')
  const done = (code: number) => void (session.code = code)
  add(agent, 'run', 'watch this desktop, pause its guests when somebody is there')
    .option(...configured)
    .action(async (options) => done(await (await load()).agentRun(given(options), io)))
  add(agent, 'monitors', 'what each monitor sees, and why the desktop is or is not lendable')
    .option(...configured)
    .action(async (options) => done(await (await load()).agentMonitors(given(options), io)))
  add(agent, 'status', 'whether it is lent, and what runs here')
    .option(...configured)
    .action(async (options) => done(await (await load()).agentStatus(given(options), io)))
  add(agent, 'reclaim', 'guests stand still until "gleaner agent auto"')
    .option('--for <duration>', 'or for so long', span)
    .option('--until <time>', 'or until then, such as 18:00')
    .option(...configured)
    .action(async (options) =>
      done(
        await (await load()).agentWish(
          { ask: 'reclaim', forMs: options.for, until: options.until },
          given(options),
          io,
        ),
      ),
    )
  add(agent, 'snooze', 'guests stand still for a time')
    .argument('<duration>', '30m, 2h', span)
    .option(...configured)
    .action(async (forMs, options) =>
      done(await (await load()).agentWish({ ask: 'reclaim', forMs }, given(options), io)),
    )
  add(agent, 'lend', 'lend it without waiting until the user was away long enough')
    .option('--for <duration>', 'so long (until "gleaner agent auto")', span)
    .option('--until <time>', 'until then, such as 18:00')
    .option(...configured)
    .action(async (options) =>
      done(
        await (await load()).agentWish({ ask: 'lend', forMs: options.for, until: options.until }, given(options), io),
      ),
    )
  add(agent, 'auto', 'take back reclaim, snooze or lend')
    .option(...configured)
    .action(async (options) => done(await (await load()).agentWish({ ask: 'auto' }, given(options), io)))
  add(agent, 'join', 'speak for a host of the cloud, with a token of "gleaner desktops join-token"')
    .argument('<token>', 'counts once')
    .requiredOption('--server <address>', 'of the control plane: https, or http on this machine')
    .option('--ca <file>', 'certificates the server is verified with, PEM')
    .option(...configured)
    .action(async (token, options) =>
      done(await (await load()).agentJoin({ ...given(options), ...options, token }, io)),
    )
  add(agent, 'session-helper', 'tell the agent whether somebody is at this Wayland session; runs within it')
    .option('--session <id>', 'as loginctl names it (the one this runs in)')
    .option('--folder <folder>', 'of the monitor "wayland" of the agent (/run/gleaner-agent/sessions)')
    .action(async (options) => done(await (await load()).agentSessionHelper(options, io)))
  add(agent, 'hold', 'pause every guest, whether an agent runs or not')
    .option(...configured)
    .action(async (options) => done(await (await load()).agentHold(given(options), io)))
  add(agent, 'powernap', 'what a configuration file of PowerNap means here')
    .argument('<file>')
    .action(async (file) => done(await (await load()).agentPowerNap(file, given({}), io)))
}

function span(text: string): number {
  const durationMs = parseDurationMs(text)
  if (durationMs === undefined || durationMs <= 0)
    throw new InvalidArgumentError('A duration such as 30m or 2h is needed.')
  return durationMs
}
