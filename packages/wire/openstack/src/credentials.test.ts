import { describe, expect, it } from 'vitest'
import { readCredentials } from './credentials.ts'

describe('credentials', () => {
  it('are a password of a user in a domain, for a project in a domain', () => {
    const auth = {
      username: 'ada',
      password: 'x',
      user_domain_name: 'Staff',
      project_name: 'p',
      project_domain_id: 'd1',
    }
    expect(readCredentials(auth, undefined)).toEqual({
      kind: 'password',
      user: { name: 'ada', domain: { name: 'Staff' } },
      password: 'x',
      scope: { project: { name: 'p', domain: { id: 'd1' } } },
    })
  })

  it('take the domain called default where none is named', () => {
    expect(readCredentials({ username: 'ada', password: 'x', project_name: 'p' }, undefined)).toMatchObject({
      user: { domain: { id: 'default' } },
      scope: { project: { domain: { id: 'default' } } },
    })
  })

  it('are scoped to the system, a domain, a project by id, or nothing', () => {
    const scopeOf = (more: Record<string, string>) =>
      readCredentials({ user_id: 'u', password: 'x', ...more }, 'v3password')
    expect(scopeOf({ system_scope: 'all', project_id: 'p' })).toMatchObject({ scope: { system: { all: true } } })
    expect(scopeOf({ domain_name: 'Staff' })).toMatchObject({ scope: { domain: { name: 'Staff' } } })
    expect(scopeOf({ project_id: 'p' })).toMatchObject({ user: { id: 'u' }, scope: { project: { id: 'p' } } })
    expect(scopeOf({})).toMatchObject({ scope: undefined })
  })

  it('are an application credential by id, or by name and user', () => {
    const secret = { application_credential_secret: 's' }
    expect(readCredentials({ ...secret, application_credential_id: 'a' }, undefined)).toEqual({
      kind: 'application-credential',
      credential: { id: 'a' },
      secret: 's',
    })
    expect(
      readCredentials({ ...secret, application_credential_name: 'n', username: 'ada' }, 'v3applicationcredential'),
    ).toMatchObject({ credential: { name: 'n', user: { name: 'ada', domain: { id: 'default' } } } })
  })

  it('are a token', () => {
    expect(readCredentials({ token: 't', project_id: 'p' }, undefined)).toEqual({
      kind: 'token',
      token: 't',
      scope: { project: { id: 'p' } },
    })
  })

  it.each([
    [{}, undefined, 'username is missing'],
    [{ username: 'ada' }, undefined, 'password is missing'],
    [{ application_credential_secret: 's' }, undefined, 'application_credential_id is missing'],
    [{ token: 't' }, 'v2password', 'auth_type is "v2password"'],
  ])('that are wrong are told by their key: %j', (auth, authType, message) => {
    expect(() => readCredentials(auth, authType)).toThrow(message)
  })
})
