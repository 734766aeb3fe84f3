// The last line below a list that is only a part of the whole.
import type { CommandContext } from '../command-context.ts'
import { count } from '../format/quantity.ts'

export function pageEnd(
  context: CommandContext,
  page: { readonly items: readonly unknown[]; readonly total: number },
  noun: string,
): void {
  if (page.items.length >= page.total) return
  const text = `${page.items.length} of ${count(page.total, noun)}; --limit ${Math.min(10_000, page.total)} shows more`
  context.line(context.style(text, 'dim'))
}
