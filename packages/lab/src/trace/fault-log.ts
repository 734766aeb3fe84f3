// What was wrong in a trace and was left out, or is doubtful, while the rest is used: each with file and position. Counted by kind and
// never silent; of each kind the first ones are kept word for word, so that a file with a million holes stays readable.

export const faultKinds = [
  'not-a-number',
  'negative',
  'too-high',
  'missing',
  'counter-went-back',
  'time-went-back',
  'duplicate-sample',
  'duplicate-name',
  'no-host',
  'no-size',
  'no-capacity',
  'line-too-long',
  'bad-row',
  'cut-off',
  'short-slice',
  'no-flag',
  'host-too-small',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** Nothing is left out for these: what is used may mislead. */
const doubtKinds: ReadonlySet<string> = new Set<FaultKind>(['no-flag', 'host-too-small'])

export interface Fault {
  readonly kind: FaultKind
  readonly file: string
  /** Line, byte or path within the file. */
  readonly position: string
  readonly detail: string
}

export interface FaultSummary {
  readonly counts: Readonly<Partial<Record<FaultKind, number>>>
  readonly first: readonly Fault[]
}

/** What was left out and what is doubtful, by kind; empty texts are left away. */
export function faultWords({ counts }: Pick<FaultSummary, 'counts'>): string[] {
  const said = (areDoubts: boolean) =>
    Object.entries(counts)
      .filter(([kind]) => doubtKinds.has(kind) === areDoubts)
      .map(([kind, count]) => `${count} × ${kind}`)
      .join(', ')
  const [left, doubtful] = [said(false), said(true)]
  return [...(left === '' ? [] : [`left out: ${left}`]), ...(doubtful === '' ? [] : [`doubtful: ${doubtful}`])]
}

const keptPerKind = 20

export class FaultLog {
  readonly #counts = new Map<FaultKind, number>()
  readonly #first: Fault[] = []

  add(fault: Fault): void {
    const count = (this.#counts.get(fault.kind) ?? 0) + 1
    this.#counts.set(fault.kind, count)
    if (count <= keptPerKind) this.#first.push(fault)
  }

  summary(): FaultSummary {
    return { counts: Object.fromEntries(this.#counts), first: [...this.#first] }
  }
}
