// Making, changing and deleting rules. A rule that does not compile is never stored.
import { type RuleFault, compileRule } from '@gleaner/engine'
import { GleanerError, type Rule, type RuleDefinition } from '@gleaner/model'
import type { Caller } from '../application.ts'
import { definitionOf } from '../decide/rule-book.ts'
import type { Runtime } from '../runtime.ts'
import { audit } from './audit.ts'

/** `rule-invalid` with everything that is wrong, each with its place. */
export class RuleError extends GleanerError {
  readonly faults: readonly RuleFault[]

  constructor(name: string, faults: readonly RuleFault[]) {
    super('rule-invalid', {
      rule: name,
      detail: faults.map(({ message, hint }) => (hint === undefined ? message : `${message}. ${hint}`)).join('; '),
    })
    this.faults = faults
  }
}

export async function createRule(runtime: Runtime, definition: RuleDefinition, caller: Caller): Promise<Rule> {
  check(definition)
  const rule = await runtime.store.rules.create(definition, caller.name, runtime.clock.nowMs())
  await changed(runtime, caller, { what: 'create rule', object: rule.name, after: definition })
  return rule
}

export async function updateRule(
  runtime: Runtime,
  change: { readonly id: string; readonly definition: RuleDefinition; readonly revision: number | undefined },
  caller: Caller,
): Promise<Rule> {
  const before = await found(runtime, change.id)
  check(change.definition)
  const rule = await runtime.store.rules.update(
    change.id,
    { definition: change.definition, expectedRevision: change.revision },
    { by: caller.name, nowMs: runtime.clock.nowMs() },
  )
  await changed(runtime, caller, {
    what: 'change rule',
    object: rule.name,
    before: definitionOf(before),
    after: change.definition,
  })
  return rule
}

export async function removeRule(runtime: Runtime, id: string, caller: Caller): Promise<void> {
  const before = await found(runtime, id)
  await runtime.store.rules.remove(id, caller.name, runtime.clock.nowMs())
  await changed(runtime, caller, { what: 'delete rule', object: before.name, before: definitionOf(before) })
}

async function found(runtime: Runtime, id: string): Promise<Rule> {
  const rule = await runtime.store.rules.find(id)
  if (rule === undefined) throw new GleanerError('not-found', { object: `rule ${id}` })
  if (rule.source === 'file') {
    throw new GleanerError('read-only', {
      object: `The rule "${rule.name}"`,
      file: runtime.config.file ?? 'the configuration file',
    })
  }
  return rule
}

function check(definition: RuleDefinition): void {
  const result = compileRule(definition)
  if (!result.ok) throw new RuleError(definition.name, result.faults)
}

async function changed(
  runtime: Runtime,
  caller: Caller,
  change: { readonly what: string; readonly object: string; readonly before?: unknown; readonly after?: unknown },
): Promise<void> {
  await audit(runtime, caller, change)
  runtime.state.rules = await runtime.store.rules.list()
  runtime.hub.tell('rules')
  runtime.wake('decide')
}
