// The rule language as data, for the editor's completion and the reference: all fields, metrics and functions.
import { calendarParts } from './calendar.ts'
import { signature } from './check-call.ts'
import { fieldTable } from './field-table.ts'
import { functionTable, methodTable } from './function-table.ts'
import { metricTable } from './metric-table.ts'

export interface LanguageField {
  readonly name: string
  readonly type: string
  readonly unit: string | undefined
  readonly meaning: string
  readonly isMetric: boolean
}

export interface LanguageFunction {
  readonly name: string
  readonly signature: string
  readonly meaning: string
  readonly example: string
}

const typeNames = {
  texts: 'list of texts',
  text: 'text',
  number: 'number',
  bool: 'yes or no',
  timestamp: 'instant',
} as const

export function ruleLanguage(): {
  readonly fields: readonly LanguageField[]
  readonly functions: readonly LanguageFunction[]
} {
  return {
    fields: [
      ...[...fieldTable.values()].map((field) => ({
        name: field.path,
        type: typeNames[field.type],
        unit: field.unit,
        meaning: field.description,
        isMetric: false,
      })),
      ...[...metricTable.values()].map((metric) => ({
        name: metric.name,
        type: typeNames.number,
        unit: metric.unit,
        meaning: `${metric.description}, now`,
        isMetric: true,
      })),
      ...Object.entries(calendarParts).map(([part, { type, description }]) => ({
        name: `local.${part}`,
        type: typeNames[type],
        unit: undefined,
        meaning: `${description}, in the rule’s time zone`,
        isMetric: false,
      })),
    ],
    functions: [...functionTable.values(), ...methodTable.values()].map((fn) => ({
      name: fn.name,
      signature: signature(fn),
      meaning: fn.description,
      example: fn.example,
    })),
  }
}
