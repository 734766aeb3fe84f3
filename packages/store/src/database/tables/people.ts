// Tables of who may come in.

export interface TokenTable {
  id: string
  name: string
  sha256: Uint8Array
  role: 'viewer' | 'member' | 'operator' | 'administrator'
  projects: string[]
  created_at_ms: number
  created_by: string
  expires_at_ms: number | null
  last_used_at_ms: number | null
}

export interface PersonTable {
  id: string
  issuer: string
  subject: string
  active: boolean
  role: 'viewer' | 'member' | 'operator' | 'administrator'
  projects: string[]
  serial: string
  fingerprint: string
  certificate_ends_at_ms: number
  first_seen_ms: number
  last_seen_ms: number
  decided_at_ms: number | null
  decided_by: string | null
}
