// The cookie by which an X server lets a client in, from a file of xauth: records of family, address, display, name and data, each with
// its length before it, big-endian.

export interface XCookie {
  readonly name: string
  readonly data: Buffer
}

/** The first that fits the display; undefined when there is none. A file that is cut off ends where it does. */
export function xCookie(file: Buffer, display: number): XCookie | undefined {
  let at = 2
  const part = (): Buffer | undefined => {
    if (at + 2 > file.length) return undefined
    const end = at + 2 + file.readUInt16BE(at)
    if (end > file.length) return undefined
    const bytes = file.subarray(at + 2, end)
    at = end
    return bytes
  }
  for (;;) {
    const [address, number, name, data] = [part(), part(), part(), part()]
    if (address === undefined || number === undefined || name === undefined || data === undefined) return undefined
    at += 2
    const words = number.toString('latin1')
    if ((words === '' || words === String(display)) && name.toString('latin1') === 'MIT-MAGIC-COOKIE-1')
      return { name: 'MIT-MAGIC-COOKIE-1', data }
  }
}
