// What must outlive the process of desktops that lend themselves. Whoever of the replicas takes a beat writes it: what an agent says is
// no decision, and its sequence lets it count once.
import type { CloudId, Desktop, HeardReport, JoinGrant, PhaseChange } from '@gleaner/model'

/** Public keys: SubjectPublicKeyInfo, DER. */
export interface DesktopKeys {
  readonly desktop: Desktop
  /** Undefined where the cloud speaks for the desktop. */
  readonly key: Uint8Array | undefined
  /** Offered in place of the other, and has not signed yet. */
  readonly nextKey: Uint8Array | undefined
}

export interface KeyChange {
  readonly key: Uint8Array
  readonly nextKey: Uint8Array | undefined
  readonly keyUntilMs: number
}

export interface DesktopStore {
  /** By host name. */
  list(): Promise<readonly Desktop[]>
  /** By id, or by the name of its host where one desktop alone has it. */
  find(idOrHost: string): Promise<Desktop | undefined>
  keysOf(id: string): Promise<DesktopKeys | undefined>
  /** `sha256` is the digest of the token; the token itself is never stored. */
  createJoinToken(grant: Omit<JoinGrant, 'id'>, sha256: Uint8Array): Promise<JoinGrant>
  /**
   * Uses the token up and gives its host this key, in one transaction: of two that come with one token only the first joins. A host
   * that joined before keeps its past, and its old key counts no more. Undefined for a token that is not known, used, or over.
   */
  join(
    sha256: Uint8Array,
    // `realMs` is the real time by which tokens and keys end, `nowMs` the time of everything else.
    what: { readonly key: Uint8Array; readonly keyUntilMs: number; readonly realMs: number; readonly nowMs: number },
  ): Promise<Desktop | undefined>
  /** A desktop that its cloud speaks for: made when it is seen for the first time. */
  appear(seen: {
    readonly hostName: string
    readonly cloudId: CloudId
    readonly pool: string
    readonly nowMs: number
  }): Promise<Desktop>
  /**
   * Writes what a beat has made of a desktop. False, and nothing changed, unless its sequence still is `before` and its key
   * was not revoked meanwhile.
   */
  beat(
    before: number,
    after: {
      readonly desktop: Desktop
      readonly changes: readonly PhaseChange[]
      readonly keys?: KeyChange
      /** In place of those of the beat before. */
      readonly reports?: readonly HeardReport[]
    },
  ): Promise<boolean>
  /** What guests said to agents that may speak, as far as it still counts. */
  reports(nowMs: number): Promise<readonly { readonly desktop: Desktop; readonly reports: readonly HeardReport[] }[]>
  /** `not-found` for an id that is not known. Once revoked it stays so until it joins anew. */
  revoke(id: string, by: string, nowMs: number): Promise<Desktop>
  /** Newest first. */
  phases(id: string, page: { readonly sinceMs: number; readonly limit: number }): Promise<readonly PhaseChange[]>
}
