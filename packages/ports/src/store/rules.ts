// The rules, and each of their revisions. Part of the Store port; its contract holds.
import type { Rule, RuleDefinition } from '@gleaner/model'

export interface RuleStore {
  list(): Promise<readonly Rule[]>
  find(idOrName: string): Promise<Rule | undefined>
  /** `conflict` when the name is taken. */
  create(definition: RuleDefinition, by: string, nowMs: number): Promise<Rule>
  /** `conflict` when `expectedRevision` is not the stored one. Each revision is kept. */
  update(
    id: string,
    change: { readonly definition: RuleDefinition; readonly expectedRevision: number | undefined },
    who: { readonly by: string; readonly nowMs: number },
  ): Promise<Rule>
  remove(id: string, by: string, nowMs: number): Promise<void>
  revisions(id: string): Promise<readonly Rule[]>
  /** Makes the rules of the configuration file exactly these; others of source `file` go. */
  replaceFileRules(definitions: readonly RuleDefinition[], nowMs: number): Promise<readonly Rule[]>
}
