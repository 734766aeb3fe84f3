// The fake's public keys, by user and name.
import type { FakeAnswer, FakeRequest } from './fake-http.ts'
import { notFound, ok } from './nova-answers.ts'

export class FakeKeyPairs {
  readonly all = new Map<string, string>()

  answer({ method, query, body }: FakeRequest, name: string): FakeAnswer {
    if (method === 'POST') {
      const { keypair } = body as { keypair: { name: string; public_key: string } }
      this.all.set(`gleaner ${keypair.name}`, keypair.public_key)
      return ok({ keypair })
    }
    const publicKey = this.all.get(`${query.get('user_id') ?? 'gleaner'} ${name}`)
    return publicKey === undefined ? notFound(name) : ok({ keypair: { name, public_key: publicKey } })
  }
}
