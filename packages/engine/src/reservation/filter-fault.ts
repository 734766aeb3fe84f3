// What is wrong with a property filter, as a value: a sentence with the place in it, and what to do.
import { nearestName } from '../rules/nearest-name.ts'
import { type HostProperties, propertyAt, propertyNames } from './host-properties.ts'
import { numberOf, type Operand, type PropertyFilter } from './property-filter.ts'

export interface FilterFault {
  readonly fault: string
}

/**
 * The first operand that no host can answer: a property that none of them has, or an order asked of numbers and something
 * that is none. Undefined when all is well.
 */
export function checkFilter(filter: PropertyFilter, hosts: readonly HostProperties[]): FilterFault | undefined {
  if ('parts' in filter) {
    for (const part of filter.parts) {
      const fault = checkFilter(part, hosts)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  if ('part' in filter) return checkFilter(filter.part, hosts)
  const operands = [filter.first, ...filter.rest]
  for (const operand of operands) {
    if (!('path' in operand) || hosts.some((properties) => propertyAt(properties, operand.path) !== undefined)) continue
    const name = operand.path.join('.')
    const meant = nearestName(name, propertyNames(hosts))
    return { fault: `no host has a property "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}` }
  }
  if (filter.op === '=' || filter.op === '!=' || filter.op === 'in') return undefined
  const isNumber = operands.map((operand) => numeric(operand, hosts))
  if (!isNumber.includes(true) || !isNumber.includes(false)) return undefined
  const wrong = operands[isNumber.indexOf(false)] as Operand
  const other = operands[isNumber.indexOf(true)] as Operand
  return { fault: `"${filter.op}" compares ${describe(other)}, a number, with ${describe(wrong)}, which is none` }
}

/** Undefined where hosts disagree. */
function numeric(operand: Operand, hosts: readonly HostProperties[]): boolean | undefined {
  if (!('path' in operand)) return numberOf(operand.value) !== undefined
  const kinds = new Set<boolean>()
  for (const properties of hosts) {
    const value = propertyAt(properties, operand.path)
    if (value !== undefined) kinds.add(numberOf(value) !== undefined)
  }
  return kinds.size === 1 ? kinds.has(true) : undefined
}

function describe(operand: Operand): string {
  return 'path' in operand ? `$${operand.path.join('.')}` : JSON.stringify(operand.value)
}
