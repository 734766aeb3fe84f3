// Blazar's client knows hosts by the numbers it is shown; a condition on `$id` means those, not the ids that hosts have in
// their cloud.
import type { ReservableHost } from '@gleaner/engine'
import { type LeaseFilter, nativeOf } from '@gleaner/model'

type HostNumbers = ReadonlyMap<string, string>

/** Ids in the cloud by the numbers of Blazar. */
export function hostNumbers(hosts: readonly ReservableHost[]): HostNumbers {
  return new Map(hosts.map(({ id }, nth) => [String(nth + 1), nativeOf(id)]))
}

export function byHostNumber<T extends { readonly filter?: LeaseFilter | undefined }>(
  asked: T,
  numbers: HostNumbers,
): T {
  const { filter } = asked
  if (filter?.notation !== 'json') return asked
  return { ...asked, filter: { ...filter, text: JSON.stringify(translated(JSON.parse(filter.text), numbers)) } }
}

const comparisons: readonly unknown[] = ['=', '==', '!=', 'in']
/** Conditions that are nested deeper are refused when they are read. */
const deepest = 50

function translated(tree: unknown, numbers: HostNumbers, depth = 0): unknown {
  if (!Array.isArray(tree) || depth > deepest) return tree
  const [operator, ...operands] = tree as readonly unknown[]
  const ofId = comparisons.includes(operator) && operands.includes('$id')
  return [
    operator,
    ...operands.map((each) => (ofId ? (numbers.get(String(each)) ?? each) : translated(each, numbers, depth + 1))),
  ]
}
