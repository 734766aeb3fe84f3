// `gleaner rules test`: what rules say in described cases. Needs no server; ends with 1 when one says something else.
import { type RuleTestReport, testRuleFiles } from '@gleaner/server'
import type { CommandContext } from '../command-context.ts'
import { count } from '../format/quantity.ts'
import { readText } from './read-text.ts'

export async function testRules(context: CommandContext, file: string, beside: string | undefined): Promise<void> {
  const named = (name: string) => ({ name, text: readText(name, context.io) })
  const report = testRuleFiles(named(file), beside === undefined ? undefined : named(beside))
  if (report.failed > 0) context.fail()
  if (context.printJson(report)) return
  const { results, failed, untested } = report
  for (const result of results) show(context, result)
  context.line()
  context.say(
    failed === 0
      ? `${count(results.length, 'case')}, all as expected`
      : `${failed} of ${count(results.length, 'case')} not as expected`,
  )
  if (untested.length > 0) context.say(`Without a case: ${untested.join(', ')}`)
}

function show(context: CommandContext, result: RuleTestReport['results'][number]): void {
  const { name, passed, expected, found, sentence, missing } = result
  context.line(passed ? `${context.style('✓', 'green')} ${name}` : `${context.style('✗', 'red')} ${name}`)
  if (passed) return
  if (found !== expected) context.say(`expected ${expected}, was ${found}`, '    ')
  for (const words of missing) context.say(`"${words}" does not occur in what it says`, '    ')
  context.say(sentence, '    ')
}
