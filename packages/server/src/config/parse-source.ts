// A YAML or JSON text to its values, with the line of each at hand. Keys that are there twice and texts that are no YAML are
// faults, and so are few lines that stand for very many.
import { GleanerError } from '@gleaner/model'
import { LineCounter, parseDocument } from 'yaml'
import { type Source, throwFaults } from './faults.ts'

/** A text and what the person who gave it calls it. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

/** Throws `config-invalid`. */
export function parseSource({ name, text }: NamedText): { readonly source: Source; readonly value: unknown } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const source: Source = { file: name, document, lines }
  throwFaults(
    source,
    document.errors.map((error) => ({
      line: lines.linePos(error.pos[0]).line,
      path: '',
      detail: (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''),
    })),
  )
  try {
    return { source, value: document.toJS({ maxAliasCount: 20 }) as unknown }
  } catch (error) {
    // The parser names no place for it.
    if (!(error instanceof ReferenceError)) throw error
    throw new GleanerError(
      'config-invalid',
      { file: name, line: 1, detail: `its aliases cannot be followed: ${error.message}` },
      { cause: error },
    )
  }
}
