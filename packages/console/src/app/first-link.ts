// The link of the first administrator stands behind the # of the address: it never reaches a server's log. It is taken out of
// the address as soon as it is read.

/** Once per visit: React asks twice when it looks for faults. */
export const firstLink = takeFirstLink()

function takeFirstLink(): string | undefined {
  const link = /^#first-administrator=([\w-]{1,200})$/.exec(window.location.hash)?.[1]
  if (link !== undefined) window.history.replaceState(null, '', window.location.pathname)
  return link
}
