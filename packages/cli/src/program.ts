// The words of the command line: every command with its arguments and options. What a command does is loaded when it is
// called, so that a short one is quick.
import { Argument, Command, Option } from 'commander'
import type { Commanded } from './commands/act.ts'
import { programVersion } from './commands/version.ts'
import { CommandContext, type GlobalOptions, type Session } from './command-context.ts'
import { desktopWords } from './program-desktops.ts'
import { desktopAgent } from './program-agent.ts'
import { leasing } from './program-leases.ts'
import { powering } from './program-power.ts'
import { laboratory } from './program-lab.ts'
import { type Words, add, multiplier, watchable, whole } from './program-parts.ts'
import { lettingIn } from './program-people.ts'
import { notificationWords } from './program-notifications.ts'
import { projectWords } from './program-projects.ts'
import { rules } from './program-rules.ts'
import type { WatchOptions } from './watch.ts'

export function buildProgram(session: Session): Command {
  const { io } = session
  const program = new Command('gleaner')
  program
    .description('Finds idle capacity in private clouds, lends it, and takes it back the moment its owner needs it.')
    .option('--url <address>', 'address of the server (GLEANER_URL; http://127.0.0.1:7878)')
    .option('--token <token>', 'API token (GLEANER_TOKEN; else the local one of the state directory)')
    .option('--json', 'print JSON for programs: the form of the API')
    .option('--debug', 'on failure print where it happened')
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'gleaner: ')),
      getOutHelpWidth: () => io.columns ?? 100,
    })
    .exitOverride()
    .showHelpAfterError('Try: gleaner --help')
    .showSuggestionAfterError()
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 usage, 3 the server cannot be reached.')
  const words: Words = {
    session,
    program,
    context: () => new CommandContext(session, program.opts<GlobalOptions>()),
  }
  looking(words)
  deciding(words)
  acting(words)
  preempting(words)
  leasing(words)
  powering(words)
  desktopWords(words)
  rules(words)
  projectWords(words)
  notificationWords(words)
  administering(words)
  lettingIn(words)
  desktopAgent(words)
  laboratory(words)
  program.version(programVersion(), '--version', 'version of this program')
  return program
}

function looking({ session, program, context }: Words): void {
  watchable(add(program, 'status', 'everything at a glance')).action(async (options: WatchOptions) => {
    const { status } = await import('./commands/status.ts')
    const { watching } = await import('./watch.ts')
    await watching(session, { ...program.opts<GlobalOptions>(), ...options }, status)
  })
  add(program, 'hosts', 'hosts with what of them is idle')
    .argument('[search]', 'words that occur in name or id')
    .option('--cloud <id>')
    .option('--state <states>', 'separated by commas')
    .option('--sort <field>', 'name, cpu, memory, idle, instances; -cpu for the largest first')
    .option('--limit <number>', 'at most so many', whole)
    .action(async (search, options) => (await import('./commands/hosts.ts')).hosts(context(), search, options))
  watchable(add(program, 'instances', 'instances, what they use, what comes next for each'))
    .argument('[search]', 'words that occur in name, id, project, host, flavor or tags')
    .option('--cloud <id>')
    .option('--project <name>')
    .option('--host <name>')
    .option('--state <states>', 'separated by commas')
    .option('--tag <tag>')
    .option('--idle-for <duration>', 'idle at least so long: 2h, 3d')
    .option('--proposed', 'only those something is proposed for')
    .option('--sort <field>', 'name, cpu, memory, idle, state, project, host; -idle for the longest first')
    .option('--limit <number>', 'at most so many', whole)
    .action(async (search, options) => {
      const { instances } = await import('./commands/instances.ts')
      const { watching } = await import('./watch.ts')
      await watching(session, { ...program.opts<GlobalOptions>(), ...options }, (shown) =>
        instances(shown, search, options),
      )
    })
  add(program, 'estimates', 'what each host will use at most, how much more can be sold, and how such estimates fared')
    .argument('[host]', 'name or id: its estimates over time')
    .option('--cloud <id>')
    .option('--sort <field>', 'name, ratio, free, violations, confidence; -ratio for the largest first')
    .option('--limit <number>', 'at most so many', whole)
    .option('--for <duration>', 'with a host: how far back (1d)')
    .action(async (host, options) => (await import('./commands/estimates.ts')).estimates(context(), host, options))
  add(program, 'why', 'what was and was not decided about an instance or host, and from which numbers')
    .argument('<name>', 'name or id')
    .option('--host', 'the host of this name, even if an instance has it too')
    .action(async (name, options) => (await import('./commands/why.ts')).why(context(), name, options))
  add(program, 'history', 'every action, newest first')
    .argument('[search]', 'part of an instance or host, a cause or an action')
    .option('--instance <name>')
    .option('--host <name>', 'only steps on the host as a whole')
    .addOption(new Option('--state <state>').choices(['intended', 'accepted', 'done', 'failed', 'timed-out']))
    .option('--cause <name>', 'rule or person')
    .option('--limit <number>', 'at most so many', whole)
    .action(async (search, options) => (await import('./commands/history.ts')).history(context(), search, options))
  add(program, 'savings', 'what was given back over a span, and by which rule')
    .option('--for <duration>', 'how far back (7d)')
    .option('--by <group>', 'rule, project, action, capability', 'rule')
    .action(async (options) => (await import('./commands/savings.ts')).savings(context(), options))
  add(program, 'report', 'what was done, and what rules in mode observe would have done, in sentences')
    .option('--for <duration>', 'how far back (1d)')
    .option('--project <name>', 'of one project; without, of all that you may see')
    .action(async (options) => (await import('./commands/report.ts')).report(context(), options))
  add(program, 'energy', 'what was drawn, by project, host or instance: kWh, CO2, cost')
    .option('--by <group>', 'project, host, instance', 'project')
    .option('--from <time>', 'a day or an RFC 3339 time')
    .option('--to <time>', 'a day or an RFC 3339 time (now)')
    .option('--for <duration>', 'in place of --from: how long (1d)')
    .option('--csv', 'a table for billing')
    .action(async (options) => (await import('./commands/energy.ts')).energy(context(), options))
  add(program, 'place', 'where a request would go and who would have to leave for it; changes nothing')
    .requiredOption(
      '--hosts <file>',
      'hosts and their instances, JSON; - for standard input; live: those of the server',
    )
    .requiredOption('--request <file>', 'what is asked for, JSON; - for standard input')
    .addOption(
      new Option(
        '--objective <objective>',
        'what is lost least when several choices would do (fewest-victims; live: as configured)',
      ).choices(['fewest-victims', 'least-work', 'billing-remainder']),
    )
    .option('--cloud <id>', 'with live, where there are several')
    .option(
      '--weigher <name=number>',
      'multiplier of a weigher, for files; may be given several times (live: as configured)',
      multiplier,
    )
    .action(async (options) => (await import('./commands/place.ts')).place(context(), options))
  const problems = add(program, 'problems', 'what is wrong and what to do about it')
    .option('--all', 'cleared and resolved ones too')
    .action(async (options) => (await import('./commands/problems.ts')).problems(context(), options))
  add(problems, 'clear', 'hide a problem until it comes back')
    .argument('<id>')
    .action(async (id) => (await import('./commands/problems.ts')).clearProblem(context(), id))
}

function deciding({ session, program, context }: Words): void {
  watchable(add(program, 'plan', 'what Gleaner would do now, and why'))
    .option('--diff', 'what changed since the plan before')
    .option('--since <plan>', 'with --diff: since this plan')
    .action(async (options: WatchOptions & { diff?: boolean; since?: string }) => {
      const { plan, planDiff } = await import('./commands/plan.ts')
      const { watching } = await import('./watch.ts')
      await watching(session, { ...program.opts<GlobalOptions>(), ...options }, (shown) =>
        options.diff === true || options.since !== undefined ? planDiff(shown, options.since) : plan(shown),
      )
    })
  add(program, 'approve', 'approve proposals')
    .argument('<proposal...>', 'ids, or names of instances or hosts something is proposed for')
    .action(async (ids) => (await import('./commands/decide-proposals.ts')).approve(context(), ids))
  add(program, 'veto', 'refuse proposals; what they are about is left alone for a time')
    .argument('<proposal...>', 'ids, or names of instances or hosts something is proposed for')
    .option('--for <duration>', 'how long')
    .option('--reason <text>')
    .action(async (ids, options) => (await import('./commands/decide-proposals.ts')).veto(context(), ids, options))
  add(program, 'mode', 'how far each capability may go: off, observe, advise, enforce')
    .argument('[capability]')
    .argument('[mode]')
    .action(async (capability, mode) => (await import('./commands/mode.ts')).mode(context(), capability, mode))
  add(program, 'pause', 'pause everything at once')
    .argument('[reason]')
    .action(async (reason) => (await import('./commands/pause.ts')).pause(context(), reason))
  add(program, 'unpause', 'go on after a pause').action(async () =>
    (await import('./commands/pause.ts')).unpause(context()),
  )
}

const commands: readonly (readonly [string, Commanded, string])[] = [
  ['resume', 'resume', 'resume a paused or suspended instance'],
  ['start', 'start', 'start a stopped or shelved instance'],
  ['suspend', 'suspend', 'suspend an instance to disk'],
  ['stop', 'stop', 'shut an instance down'],
  ['shelve', 'shelve', 'shelve an instance'],
  ['pause-instance', 'pause', 'pause an instance: its memory stays'],
]

function acting({ program, context }: Words): void {
  for (const [name, action, description] of commands) {
    add(program, name, description)
      .argument('<instance>', 'name or id')
      .option('--reason <text>')
      .option('--wait', 'until it has ended')
      .action(async (instance, options) =>
        (await import('./commands/act.ts')).act(context(), { action, instance }, options),
      )
  }
  add(program, 'keep', 'keep an instance as it is for a time')
    .argument('<instance>', 'name or id')
    .requiredOption('--for <duration>', '30m, 8h, 2d')
    .option('--reason <text>')
    .action(async (instance, options) => (await import('./commands/keep.ts')).keep(context(), instance, options))
  add(program, 'release', 'end a hold before its time')
    .argument('<hold>')
    .action(async (id) => (await import('./commands/keep.ts')).release(context(), id))
}

function preempting({ program, context }: Words): void {
  const parent = add(program, 'preemption', 'room for firm requests: who would have to leave, and how likely it is')
  parent.action(async () => (await import('./commands/preemption.ts')).preemption(context()))
  add(parent, 'decisions', 'decisions to evict, newest first')
    .addOption(new Option('--kind <kind>').choices(['room', 'watermark', 'shrink', 'expiry', 'test']))
    .option('--limit <number>', 'at most so many', whole)
    .action(async (options) => (await import('./commands/preemption.ts')).decisions(context(), options))
  add(parent, 'show', 'one decision: for whom, who leaves, why on this host and not on another, how far it is')
    .argument('<decision>', 'id')
    .action(async (id) => (await import('./commands/preemption.ts')).decision(context(), id))
  add(parent, 'approve', 'approve that all its victims leave')
    .argument('<decision>', 'id')
    .action(async (id) => (await import('./commands/preemption.ts')).approveDecision(context(), id))
  add(parent, 'cancel', 'call it off: who has not left stays, what is held is given back')
    .argument('<decision>', 'id')
    .option('--reason <text>')
    .action(async (id, options) => (await import('./commands/preemption.ts')).cancelDecision(context(), id, options))
  const list = add(program, 'evictions', 'instances that had to leave, why, and what their return waits for')
    .option('--instance <name>')
    .option('--waiting', 'only those not back yet, in the order in which they return')
    .option('--limit <number>', 'at most so many', whole)
  list.action(async (options) => (await import('./commands/evictions.ts')).evictions(context(), options))
  add(list, 'show', 'one eviction: why, and what the way back waits for')
    .argument('<eviction>', 'id')
    .action(async (id) => (await import('./commands/evictions.ts')).eviction(context(), id))
  add(list, 'test', 'evict a preemptible instance of yours as if its room were needed: notice, eviction, return')
    .argument('<instance>', 'name or id')
    .action(async (name) => (await import('./commands/evictions.ts')).testEviction(context(), name))
  add(list, 'opt-out', 'leave a preemptible instance out: it is not evicted')
    .argument('<instance>', 'name or id')
    .option('--undo', 'it may be evicted again')
    .action(async (name, options) => (await import('./commands/evictions.ts')).optOut(context(), name, options))
  add(list, 'mark', 'make an instance preemptible, or firm again')
    .argument('<instance>', 'name or id')
    .addArgument(new Argument('<firmness>').choices(['preemptible', 'firm']))
    .action(async (name, firmness) => (await import('./commands/evictions.ts')).mark(context(), name, firmness))
}

function administering({ program, context }: Words): void {
  add(program, 'serve', 'run the server')
    .option('--config <file>', 'configuration file (GLEANER_CONFIG; ./gleaner.yaml)')
    .addOption(new Option('--demo', 'with a simulated cloud').conflicts('config'))
    .action(async (options) =>
      (await import('./commands/serve.ts')).serve({ ...options, debug: program.opts<GlobalOptions>().debug }),
    )
  const config = add(program, 'config', 'the configuration file')
  add(config, 'check', 'is it right, and can each cloud be reached with the rights that are needed')
    .option('--config <file>', 'GLEANER_CONFIG; ./gleaner.yaml')
    .option('--meters', 'ask each meter once as well')
    .action(async (options) => (await import('./commands/config.ts')).configCheck(context(), options))
  add(config, 'show', 'what is configured, from where, with what effect')
    .option('--config <file>', 'GLEANER_CONFIG; ./gleaner.yaml')
    .action(async (options) => (await import('./commands/config.ts')).configShow(context(), options.config))
  add(program, 'export', 'write the whole state to a file, also while the server runs')
    .argument('<file>')
    .option('--config <file>', 'GLEANER_CONFIG; ./gleaner.yaml')
    .action(async (file, options) => (await import('./commands/transfer.ts')).exportTo(context(), file, options.config))
  add(program, 'restore', 'read an export into an empty state')
    .argument('<file>')
    .option('--config <file>', 'GLEANER_CONFIG; ./gleaner.yaml')
    .action(async (file, options) =>
      (await import('./commands/transfer.ts')).restoreFrom(context(), file, options.config),
    )
  add(program, 'version', 'version of this program').action(async () =>
    (await import('./commands/version.ts')).version(context()),
  )
  add(program, 'completion', 'completion for a shell')
    .argument('<shell>', 'bash')
    .action(async (shell) => (await import('./commands/completion.ts')).completion(context(), program, shell))
}
