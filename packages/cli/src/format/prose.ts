// Running text within the width of the terminal: broken between words, continued under its beginning.
import { textWidth } from './text-width.ts'

/** The first line begins with `lead`, the others with as many spaces. */
export function prose(text: string, how: { readonly width: number | undefined; readonly lead?: string }): string {
  const lead = how.lead ?? ''
  const indent = ' '.repeat(textWidth(lead))
  if (how.width === undefined) return `${lead}${text}\n`
  const room = Math.max(20, how.width - textWidth(lead))
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return `${lines.map((each, index) => (index === 0 ? lead : indent) + each).join('\n')}\n`
}
