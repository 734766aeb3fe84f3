// The address of a call. Every parameter is percent-encoded, since ids contain colons and may contain slashes; query
// fields that are undefined are left out. A parameter that the path needs and the call lacks is a programmer's error.

export function requestUrl(path: string, params: object, query: object): string {
  const values = new Map<string, unknown>(Object.entries(params))
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = values.get(name)
    if (typeof value !== 'string' || value === '') throw new TypeError(`${path} needs the parameter ${name}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  const text = search.toString()
  return text === '' ? filled : `${filled}?${text}`
}
