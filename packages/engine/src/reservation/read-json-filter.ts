// Reads a property filter in the JSON form of Climate and Blazar, which is that of nova's JsonFilter: [operator, operand, …]
// with "$name" for a property, "$a.b" for a part of one, and and, or, not around. Blazar's "==" and "!=" and single
// numbers are read as well. Hard limits of size, and a sentence with the place for everything it does not take.
import type { FilterFault } from './filter-fault.ts'
import { comparisons, type Operand, type PropertyFilter } from './property-filter.ts'

const longestText = 10_000
const deepest = 16
const mostParts = 500

/** Undefined for a filter that asks for nothing. */
export function readJsonFilter(given: unknown): PropertyFilter | undefined | FilterFault {
  let tree = given
  if (typeof given === 'string') {
    if (given.trim() === '') return undefined
    if (given.length > longestText)
      return fault(`it has ${given.length} characters, at most ${longestText} are allowed`)
    try {
      tree = JSON.parse(given)
    } catch {
      return fault('it is no JSON')
    }
  }
  if (tree === undefined || tree === null || (Array.isArray(tree) && tree.length === 0)) return undefined
  const reading = new Reading()
  const filter = reading.filter(tree, [])
  return reading.fault ?? filter
}

const everything: PropertyFilter = { op: 'and', parts: [] }

class Reading {
  fault: FilterFault | undefined
  #parts = 0

  filter(tree: unknown, place: readonly number[]): PropertyFilter {
    if (++this.#parts > mostParts) return this.#refuse(`it has more than ${mostParts} parts`)
    if (place.length > deepest) return this.#refuse(`it is nested more than ${deepest} deep`)
    if (!Array.isArray(tree)) return this.#refuse(`${at(place)}expected a list [operator, …], found ${shown(tree)}`)
    const [operator, ...operands] = tree as readonly unknown[]
    switch (operator) {
      case 'and':
      case 'or':
        if (operands.length === 0) return this.#refuse(`${at(place)}"${operator}" needs at least one condition`)
        return { op: operator, parts: operands.map((operand, nth) => this.filter(operand, [...place, nth + 1])) }
      case 'not':
        if (operands.length !== 1)
          return this.#refuse(`${at(place)}"not" takes one condition, found ${operands.length}`)
        return { op: 'not', part: this.filter(operands[0], [...place, 1]) }
      default:
        return this.#comparison(operator, operands, place)
    }
  }

  #comparison(operator: unknown, operands: readonly unknown[], place: readonly number[]): PropertyFilter {
    const op = operator === '==' ? '=' : comparisons.find((known) => known === operator)
    if (op === undefined)
      return this.#refuse(
        `${at(place)}${shown(operator)} is no operator; there are ${[...comparisons, 'and', 'or', 'not'].join(' ')}`,
      )
    if (operands.length < 2) return this.#refuse(`${at(place)}"${String(operator)}" needs two operands or more`)
    // ["in", "$x", ["a", "b"]] is what people write; nova takes the list spread out.
    const spread = op === 'in' ? [operands[0], ...operands.slice(1).flat()] : operands
    if (op === 'in' && spread.length < 2) return this.#refuse(`${at(place)}"in" needs at least one value`)
    const read = spread.map((operand, nth) => this.#operand(operand, [...place, nth + 1]))
    this.#parts += read.length
    if (this.#parts > mostParts) return this.#refuse(`it has more than ${mostParts} parts`)
    const [first, ...rest] = read
    if (!read.some((operand) => 'path' in operand))
      return this.#refuse(`${at(place)}"${String(operator)}" names no property; a property is written "$name"`)
    return { op, first: first as Operand, rest }
  }

  #operand(operand: unknown, place: readonly number[]): Operand {
    if (typeof operand === 'number' || typeof operand === 'boolean') return { value: operand }
    if (typeof operand !== 'string') {
      this.#refuse(`${at(place)}expected a text or a number, found ${shown(operand)}`)
      return { value: '' }
    }
    if (!operand.startsWith('$')) return { value: operand }
    const path = operand.slice(1).split('.')
    if (path.some((name) => name === '')) this.#refuse(`${at(place)}${shown(operand)} names no property`)
    return { path }
  }

  /** Only the first fault is told. */
  #refuse(sentence: string): PropertyFilter {
    this.fault ??= fault(sentence)
    return everything
  }
}

function fault(sentence: string): FilterFault {
  return { fault: sentence }
}

/** Positions of the operands on the way: 0 would be the operator. */
function at(place: readonly number[]): string {
  return place.length === 0 ? '' : `at operand ${place.join('.')}: `
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
