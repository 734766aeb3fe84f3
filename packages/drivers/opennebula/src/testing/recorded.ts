// The recorded answers of a real OpenNebula (fixtures/README.md).
import { readFileSync } from 'node:fs'
import { textOf } from '@gleaner/wire-xmlrpc'
import { documentIn, readOneAnswer } from '../parse/one-answer.ts'

export interface RecordedCall {
  readonly name: string
  readonly session: string
  readonly method: string
  readonly args: readonly (string | number | boolean)[]
  readonly note: string
}

const folder = new URL('../../fixtures/', import.meta.url)

export function recordedCalls(): readonly RecordedCall[] {
  return JSON.parse(readFileSync(new URL('calls.json', folder), 'utf8')) as readonly RecordedCall[]
}

/** The whole body, as it came over the wire. */
export function recordedAnswer(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.xml`, folder)))
}

/** The document in a good answer. */
export function recordedDocument(name: string): string {
  return textOf(documentIn(readOneAnswer(recordedAnswer(name))))
}

/** The element with this id in a recorded pool. */
export function recordedElement(name: string, element: string, id: number): string {
  const document = recordedDocument(name)
  const from = document.indexOf(`<${element}><ID>${id}</ID>`)
  const to = document.indexOf(`</${element}>`, from)
  if (from < 0 || to < 0) throw new Error(`${name} holds no ${element} ${id}`)
  return document.slice(from, to + element.length + 3)
}

/** Replaces each text by another; each must be there, exactly as recorded. */
export function filled(recorded: string, replacements: readonly (readonly [recorded: string, now: string])[]): string {
  let text = recorded
  for (const [before, now] of replacements) {
    if (!text.includes(before)) throw new Error(`the recorded text holds no ${before}`)
    text = text.replace(before, () => now)
  }
  return text
}
