// A request to the API of a test server, as a client with a token makes it.
export interface ApiCaller {
  readonly url: string
  readonly token: string | undefined
}

export interface ApiRequest {
  readonly method: string
  /** Behind /api/v1/. */
  readonly path: string
  readonly body?: object | undefined
}

export interface ApiAnswer<T> {
  readonly status: number
  readonly body: T
}

export async function callApi<T>(
  { url, token = '' }: ApiCaller,
  { method, path, body }: ApiRequest,
): Promise<ApiAnswer<T>> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as T }
}
