// Cuts an expression into coloured pieces. Knows nothing of the grammar: whatever the pieces are, together they are the text.

export interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'call' | 'other'
  readonly text: string
  readonly at: number
}

const piece = /("(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)(\s*\()?/g

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const push = (kind: Token['kind'], part: string) => {
    if (part !== '') tokens.push({ kind, text: part, at })
    at += part.length
  }
  for (const match of text.matchAll(piece)) {
    push('other', text.slice(at, match.index))
    const [whole, string, number, name, call] = match
    if (string !== undefined) push('string', string)
    else if (number !== undefined) push('number', number)
    else if (name !== undefined) {
      push(call === undefined ? 'name' : 'call', name)
      push('other', whole.slice(name.length))
    }
  }
  push('other', text.slice(at))
  return tokens
}

/** The name that ends at the caret: what completion continues. */
export function wordBefore(text: string, caret: number): string {
  return /[A-Za-z_][\w.]*$/.exec(text.slice(0, caret))?.[0] ?? ''
}
