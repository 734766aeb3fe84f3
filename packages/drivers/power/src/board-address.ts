// Where a board is: "bmc-1", "10.0.0.11:6623", "[fe80::1]:623".
export interface BoardAddress {
  readonly host: string
  readonly port: number
}

const form = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/

/** The host is empty where the text is no address. */
export function boardAddress(text: string, usualPort: number): BoardAddress {
  const found = form.exec(text)
  const port = Number(found?.[3] ?? usualPort)
  return { host: port > 0 && port < 65_536 ? (found?.[1] ?? found?.[2] ?? '') : '', port }
}
