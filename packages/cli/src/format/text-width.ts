// How many columns a text takes on a terminal: wide East Asian characters and emoji take two, combining marks none.

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u
const none = /^[\p{Mn}\p{Me}\p{Cf}]$/u
/** What style.ts puts around a text. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

export function textWidth(text: string): number {
  let width = 0
  for (const character of text.replace(colours, '')) width += none.test(character) ? 0 : wide.test(character) ? 2 : 1
  return width
}

/** At most `width` columns; what is cut is marked. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    const next = textWidth(character)
    if (used + next > width - 1) break
    kept += character
    used += next
  }
  return `${kept}…`
}
