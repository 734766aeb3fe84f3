// The tables of docs/rules.md as they follow from the code.
import { readyMadeRules } from '../ready-made.ts'
import { ruleLanguage } from '../rule-language.ts'

export function languageTables(): Readonly<Record<'fields' | 'metrics' | 'functions' | 'ready-made', string>> {
  const { fields, functions } = ruleLanguage()
  const rows = (metric: boolean) =>
    fields
      .filter((field) => field.isMetric === metric)
      .map((field) => [`\`${field.name}\``, field.type, field.unit ?? '', field.meaning])
  return {
    fields: table(['field', 'type', 'unit', 'meaning'], rows(false)),
    metrics: table(['metric', 'type', 'unit', 'meaning'], rows(true)),
    functions: table(
      ['function', 'meaning', 'example'],
      functions.map((fn) => [`\`${fn.signature}\``, fn.meaning, `\`${fn.example}\``]),
    ),
    'ready-made': table(
      ['rule', 'does', 'looks for', 'after'],
      readyMadeRules
        .filter((rule) => !rule.isShort)
        .map(({ definition, source, deviation }) => [
          `\`${definition.name}\``,
          definition.action,
          definition.description ?? '',
          deviation === undefined ? source : `${source}. ${deviation}`,
        ]),
    ),
  }
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}
