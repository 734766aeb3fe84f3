// The words of `gleaner rules`.
import { type Words, add, whole } from './program-parts.ts'

export function rules({ program, context }: Words): void {
  const parent = add(program, 'rules', 'rules: what to look for, on which instances, what to do')
  const file = 'YAML or JSON with the keys of a rule in the configuration; - for standard input'
  add(parent, 'list', 'rules, the one that wins first').action(async () =>
    (await import('./commands/rules.ts')).listRules(context()),
  )
  add(parent, 'show', 'one rule')
    .argument('<rule>', 'name or id')
    .action(async (rule) => (await import('./commands/rules.ts')).showRule(context(), rule))
  add(parent, 'create', 'make a rule')
    .argument('<file>', file)
    .action(async (name) => (await import('./commands/rules.ts')).createRule(context(), name))
  add(parent, 'update', 'change the rule of that name')
    .argument('<file>', file)
    .option('--rule <name>', 'change this one, to give it another name')
    .action(async (name, options) => (await import('./commands/rules.ts')).updateRule(context(), name, options.rule))
  add(parent, 'delete', 'delete a rule')
    .argument('<rule>', 'name or id')
    .action(async (rule) => (await import('./commands/rules.ts')).deleteRule(context(), rule))
  add(parent, 'check', 'is a rule right; nothing is stored')
    .argument('<file>', file)
    .action(async (name) => (await import('./commands/rules.ts')).checkRule(context(), name))
  add(parent, 'preview', 'what a rule would match now and would have matched over the past day')
    .argument('<file>', file)
    .option('--limit <number>', 'show so many of each kind', whole)
    .action(async (name, options) => (await import('./commands/rules.ts')).previewRule(context(), name, options.limit))
  add(parent, 'test', 'what rules say in described cases; needs no server')
    .argument('<file>', 'rules and cases; - for standard input')
    .option('--rules <file>', 'rules of another file, such as an export or the configuration')
    .action(async (name, options) =>
      (await import('./commands/rule-cases.ts')).testRules(context(), name, options.rules),
    )
  add(parent, 'export', 'the rules made by API or console, as a file to be kept').action(async () =>
    (await import('./commands/rule-transfer.ts')).exportRules(context()),
  )
  add(parent, 'apply', 'make the rules those of a file: shows what would change; nothing is changed without --yes')
    .argument('<file>', 'YAML or JSON with the key "rules"; - for standard input')
    .option('--yes', 'change it')
    .option('--prune', 'delete rules that the file does not have')
    .action(async (name, options) => (await import('./commands/rule-transfer.ts')).applyRules(context(), name, options))
  add(parent, 'ready-made', 'rules after published criteria')
    .argument('[name]')
    .action(async (name) => (await import('./commands/rules.ts')).readyMadeRules(context(), name))
  parent.action(async () => (await import('./commands/rules.ts')).listRules(context()))
}
