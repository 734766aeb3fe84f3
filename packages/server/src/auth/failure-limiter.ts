// Slows down whoever tries tokens: after `burst` failures a peer has one more every `refillMs`. It decides only whether
// an UNKNOWN token is looked up at all; tokens that were good a short while ago never come here, so nobody behind the
// same address can lock others out. At most `maxPeers` are remembered; the one seen longest ago is forgotten first.

interface Bucket {
  tokens: number
  atMs: number
}

export class FailureLimiter {
  readonly #buckets = new Map<string, Bucket>()
  readonly #settings: { readonly burst: number; readonly refillMs: number; readonly maxPeers: number }

  constructor(settings = { burst: 20, refillMs: 3000, maxPeers: 10_000 }) {
    this.#settings = settings
  }

  allows(peer: string, nowMs: number): boolean {
    return this.#level(peer, nowMs) >= 1
  }

  failed(peer: string, nowMs: number): void {
    const tokens = Math.max(0, this.#level(peer, nowMs) - 1)
    this.#buckets.delete(peer)
    this.#buckets.set(peer, { tokens, atMs: nowMs })
    if (this.#buckets.size > this.#settings.maxPeers) {
      const oldest = this.#buckets.keys().next().value
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
  }

  #level(peer: string, nowMs: number): number {
    const { burst, refillMs } = this.#settings
    const bucket = this.#buckets.get(peer)
    if (bucket === undefined) return burst
    return Math.min(burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) / refillMs)
  }
}
