// The address under which people reach the console and the API: what links in notices begin with. A path is refused,
// because the console stands at the top of its address.
import { isLoopback } from './listen.ts'

/** Without a slash at the end. */
export function readPublicUrl(text: string | undefined, fault: (detail: string) => void): string | undefined {
  if (text === undefined) return undefined
  if (!URL.canParse(text)) {
    fault(`"${text}" is no address, such as https://gleaner.example.org`)
    return undefined
  }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') fault(`an address begins with https, not ${url.protocol}`)
  else if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    fault('links would cross the network in the clear; use https (a proxy can end it)')
  if (url.username !== '' || url.password !== '') fault('the address holds a user or a password')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') fault(`"${text}" has more than a host and a port`)
  return url.origin
}
