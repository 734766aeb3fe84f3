// Files in which systemd keeps its state: KEY=value in lines, with comments between. Values with blanks or signs are escaped as in C.

export function stateFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('#')) values.set(line.slice(0, at), line.slice(at + 1))
  }
  return values
}
