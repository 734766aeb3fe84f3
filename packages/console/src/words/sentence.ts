// A text as a sentence: the first letter large, unless it is a name in quotes or code.

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
