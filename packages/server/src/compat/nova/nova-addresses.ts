// The addresses under which nova may know itself, and with which it begins its links.

/** Nova behind TLS that ends before it knows itself by http; both are the same address. */
export function novaAddresses(address: string, others: readonly string[]): readonly string[] {
  const twin = address.startsWith('https:') ? address.replace(/^https:/, 'http:') : address.replace(/^http:/, 'https:')
  return [...new Set([address, twin, ...others])]
}
