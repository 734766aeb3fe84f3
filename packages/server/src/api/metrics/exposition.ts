// The text format of Prometheus (version 0.0.4): families with help and type, samples with escaped labels. A value that
// is not known leaves its sample out; nothing is ever shown as zero because it could not be read.

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number | undefined
}

export class Exposition {
  readonly #lines: string[] = []

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.#family({ name, type: 'gauge', help }, samples)
  }

  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.#family({ name, type: 'counter', help }, samples)
  }

  #family(
    head: { readonly name: string; readonly type: 'gauge' | 'counter'; readonly help: string },
    samples: readonly Sample[],
  ): void {
    const known = samples.filter(({ value }) => value !== undefined && !Number.isNaN(value))
    if (known.length === 0) return
    this.#lines.push(`# HELP ${head.name} ${escapeHelp(head.help)}`, `# TYPE ${head.name} ${head.type}`)
    for (const { labels, value } of known)
      this.#lines.push(`${head.name}${labelText(labels ?? {})} ${numberText(value ?? 0)}`)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}
