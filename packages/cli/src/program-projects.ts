// The words of `gleaner projects`: what holds for the rules in one project.
import { type Words, add } from './program-parts.ts'

export function projectWords({ program, context }: Words): void {
  const parent = add(program, 'projects', 'projects, and what holds for the rules in each')
  const list = async () => (await import('./commands/projects.ts')).listProjects(context())
  parent.action(list)
  add(parent, 'list', 'projects that are there, with opt-outs and limits').action(list)
  add(parent, 'opt-out', 'no rule does anything in the project for a time')
    .argument('<project>', 'name or id')
    .option('--for <duration>', 'how long: 7d')
    .option('--until <time>', 'a day or an RFC 3339 time')
    .option('--without-end', 'until somebody ends it; administrators only')
    .requiredOption('--reason <text>', 'why; shown to whoever asks')
    .action(async (project, options) => (await import('./commands/projects.ts')).optOut(context(), project, options))
  add(parent, 'opt-in', 'the rules count in the project again')
    .argument('<project>', 'name or id')
    .action(async (project) => (await import('./commands/projects.ts')).optIn(context(), project))
  add(parent, 'limit', 'how far rules go in the project; what is not named stays as it is')
    .argument('<project>', 'name or id')
    .option('--grace <duration>', 'at least so long between notice and action; none: as the rules say')
    .option('--strongest <action>', 'nothing severer: notify, pause, suspend, stop, shelve, delete; none: no limit')
    .option('--mode <mode>', 'no further than observe or advise; none: no limit')
    .action(async (project, options) => (await import('./commands/projects.ts')).limit(context(), project, options))
}
