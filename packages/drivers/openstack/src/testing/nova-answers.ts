// What nova answers where nothing was recorded.
import type { FakeAnswer } from './fake-http.ts'
import type { FakeServer } from './fake-server.ts'

export function ok(body: unknown): FakeAnswer {
  return { status: 200, body }
}

export function notFound(id: string): FakeAnswer {
  return refused(404, 'itemNotFound', `Instance ${id} could not be found.`)
}

export function wrongState({ id }: FakeServer, action: string, state: string): FakeAnswer {
  return refused(409, 'conflictingRequest', `Cannot '${action}' instance ${id} while it is in ${state}`)
}

export function refused(status: number, kind: string, message: string): FakeAnswer {
  return { status, body: { [kind]: { code: status, message } } }
}
