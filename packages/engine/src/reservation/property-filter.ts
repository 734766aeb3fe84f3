// Which hosts a reservation may have, as a tree that both notations are read into. Numbers are compared as numbers, also
// where one side is written as a text ("8"); texts are compared as texts. A property that a host does not have makes a
// comparison undecided, and undecided is never yes: neither is its negation.
import { type HostProperties, propertyAt, type PropertyValue } from './host-properties.ts'

export const comparisons = ['=', '!=', '<', '<=', '>', '>=', 'in'] as const
export type Comparison = (typeof comparisons)[number]

export type Operand = { readonly path: readonly string[] } | { readonly value: string | number | boolean }

export type PropertyFilter =
  | { readonly op: 'and' | 'or'; readonly parts: readonly PropertyFilter[] }
  | { readonly op: 'not'; readonly part: PropertyFilter }
  /** The first is compared with each of the rest: all must hold; for `in` one. */
  | { readonly op: Comparison; readonly first: Operand; readonly rest: readonly Operand[] }

export function matchesFilter(filter: PropertyFilter, properties: HostProperties): boolean {
  return judge(filter, properties) === true
}

function judge(filter: PropertyFilter, properties: HostProperties): boolean | undefined {
  switch (filter.op) {
    case 'and':
      return all(filter.parts.map((part) => judge(part, properties)))
    case 'or':
      return any(filter.parts.map((part) => judge(part, properties)))
    case 'not':
      return negated(judge(filter.part, properties))
    default:
      return compareEach(filter, properties)
  }
}

function compareEach(
  { op, first, rest }: Extract<PropertyFilter, { readonly first: Operand }>,
  properties: HostProperties,
): boolean | undefined {
  const left = valueOf(first, properties)
  if (op === 'in') {
    const lists = rest.flatMap((operand) => {
      const value = valueOf(operand, properties)
      return Array.isArray(value) ? value : [value]
    })
    return any(lists.map((right) => compare('=', left, right)))
  }
  return all(rest.map((operand) => compare(op, left, valueOf(operand, properties))))
}

function valueOf(operand: Operand, properties: HostProperties): PropertyValue | undefined {
  return 'path' in operand ? propertyAt(properties, operand.path) : operand.value
}

function compare(
  op: Exclude<Comparison, 'in'>,
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
): boolean | undefined {
  if (left === undefined || right === undefined) return undefined
  const numbers = [numberOf(left), numberOf(right)] as const
  const [a, b] =
    numbers[0] !== undefined && numbers[1] !== undefined ? [numbers[0], numbers[1]] : [textOf(left), textOf(right)]
  if (a === undefined || b === undefined) return undefined
  if (op === '=') return a === b
  if (op === '!=') return a !== b
  // A number against a text has no order: "8" < "many" is neither true nor false.
  if ((numbers[0] === undefined) !== (numbers[1] === undefined)) return undefined
  if (op === '<') return a < b
  if (op === '<=') return a <= b
  return op === '>' ? a > b : a >= b
}

const decimal = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/

export function numberOf(value: PropertyValue): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && decimal.test(value) ? Number(value) : undefined
}

/** Traits are `true`; who writes "true" or "True" means the same. */
function textOf(value: PropertyValue): string | undefined {
  if (typeof value === 'string') return value === 'True' || value === 'False' ? value.toLowerCase() : value
  return typeof value === 'object' ? undefined : String(value)
}

function all(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(false)) return false
  return values.includes(undefined) ? undefined : true
}

function any(values: readonly (boolean | undefined)[]): boolean | undefined {
  if (values.includes(true)) return true
  return values.includes(undefined) ? undefined : false
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value
}
