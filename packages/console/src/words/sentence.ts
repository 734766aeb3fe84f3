// A text with its first letter large. Not for sentences of the server: they may begin with a name, which stays as it is.

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
