import { describe, expect, it } from 'vitest'
import { classifyRequest, isFrontPath } from './classify-request.ts'

describe('isFrontPath', () => {
  it.each(['/compute', '/compute/', '/compute/v2.1', '/compute?x', '/compute//x'])('takes %s', (url) => {
    expect(isFrontPath(url)).toBe(true)
  })

  it.each(['/', '/computer', '/Compute/v2.1', '/api/v1/compute', 'http://x/compute', '//x/compute', '*', '', '/v2.1'])(
    'leaves %j to the API',
    (url) => {
      expect(isFrontPath(url)).toBe(false)
    },
  )
})

describe('classifyRequest', () => {
  const kind = (method: string, path: string) => classifyRequest(method, `/compute${path}`).kind

  it.each([
    ['/v2.1/servers', { legacy: false, root: '/v2.1' }],
    ['/v2.1/servers/', { legacy: false, root: '/v2.1' }],
    ['/v2.1//servers', { legacy: false, root: '/v2.1' }],
    ['/v2.1/%73erver%73', { legacy: false, root: '/v2.1' }],
    ['/v2.1%2Fservers', { legacy: false, root: '/v2.1' }],
    ['/v2.1/servers?x=/y', { legacy: false, root: '/v2.1' }],
    ['/v2.1/servers.json', { legacy: false, root: '/v2.1' }],
    ['/v2/servers', { legacy: true, root: '/v2' }],
    ['/v2/0a-f9/servers', { legacy: true, root: '/v2/0a-f9' }],
    ['/v2.1/0af9/os-volumes_boot', { legacy: false, root: '/v2.1/0af9' }],
  ])('sees a create at %s, and leaves the path as it is', (path, route) => {
    expect(classifyRequest('POST', `/compute${path}`)).toEqual({ kind: 'create', target: path, ...route })
  })

  it.each([
    ['GET', '/v2.1/servers', 'list'],
    ['GET', '/v2.1/servers?limit=1', 'list'],
    ['GET', '/v2.1/servers/detail', 'list'],
    ['GET', '/v2.1/servers/abc', 'show'],
    ['GET', '/v2.1/servers/abc/', 'show'],
    ['HEAD', '/v2.1/servers/abc', 'other'],
    ['PUT', '/v2.1/servers/abc', 'other'],
    ['POST', '/v2.1/servers/abc/action', 'other'],
    ['GET', '/v2.1/servers/abc/tags', 'other'],
    ['GET', '/v2.1/servers/detail/x', 'other'],
    ['POST', '/v2.1/os-hypervisors/x/servers', 'other'],
    ['POST', '/v2.1/zz/servers', 'other'],
    ['POST', '/v3/servers', 'other'],
    ['POST', '/servers', 'other'],
    ['GET', '', 'other'],
    ['GET', '?x', 'other'],
  ])('takes %s %s for %s', (method, path, expected) => {
    expect(kind(method, path)).toBe(expected)
  })

  it.each(['/v2.1/..', '/../x', '/v2.1/%2E./x', '/v2.1/%2e%2E', '/a%2f..%2fb', '/a\\..\\b', '/.', '/a%5c..'])(
    'refuses %s',
    (path) => {
      expect(kind('GET', path)).toBe('refused')
    },
  )

  it.each(['/v2.1/...', '/v2.1/a..b', '/v2.1/x?y=../..', '/v2.1/%252e%252e/x', '/v2.1/%E9', '/v2.1/%zz', '/%'])(
    'does not mind %s',
    (path) => {
      expect(classifyRequest('GET', `/compute${path}`)).toEqual({ kind: 'other', target: path })
    },
  )
})
