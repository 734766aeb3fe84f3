// People who log in with a client certificate, and how the first of them becomes administrator.
import { type Static, Type } from 'typebox'
import { roles } from '../role.ts'
import { endpoint } from './endpoint.ts'
import { IdParam, OneOf, Time } from './parts.ts'

/** waiting: was seen and nobody has decided yet. ended: an administrator has ended the access. */
export const userStates = ['waiting', 'active', 'ended'] as const
export type UserState = (typeof userStates)[number]

export const UserView = Type.Object({
  id: Type.String(),
  subject: Type.String({ description: 'As RFC 4514 writes names' }),
  issuer: Type.String(),
  state: OneOf(userStates),
  role: OneOf(roles),
  projects: Type.Array(Type.String()),
  serial: Type.String({ description: 'Of the certificate that was seen last, hexadecimal' }),
  fingerprint: Type.String({ description: 'SHA-256 of that certificate' }),
  certificateEndsAt: Time,
  expiresSoon: Type.Boolean({ description: 'The certificate ends within the time of warning' }),
  firstSeen: Time,
  lastSeen: Time,
  decidedAt: Type.Optional(Time),
  decidedBy: Type.Optional(Type.String()),
})
export type UserView = Static<typeof UserView>

export const GrantRemarks = Type.Optional(
  Type.Array(Type.String(), {
    description: 'What may not be meant, in words: a project that no cloud has now, a member without projects',
  }),
)

export const WhoAmIView = Type.Object({
  name: Type.String(),
  role: OneOf(roles),
  projects: Type.Array(Type.String()),
  /** anonymous: no token was sent and the configuration gives such callers this role. */
  by: OneOf(['token', 'session', 'certificate', 'keystone', 'anonymous']),
  /** When what they came with ends; absent when it does not. */
  endsAt: Type.Optional(Time),
  endsSoon: Type.Optional(Type.Boolean()),
})
export type WhoAmIView = Static<typeof WhoAmIView>

/** Nobody; with a certificate that does not help, why. */
export const NobodyView = Type.Object({
  name: Type.Null(),
  refusal: Type.Optional(
    Type.Object({
      code: Type.String(),
      sentence: Type.String(),
      remedy: Type.String(),
      /** Who the certificate is about, where that is beyond doubt. */
      subject: Type.Optional(Type.String()),
    }),
  ),
})
export type NobodyView = Static<typeof NobodyView>

const tag = 'people'

export const peopleEndpoints = {
  listUsers: endpoint(
    {
      method: 'GET',
      path: '/api/v1/users',
      role: 'administrator',
      tag,
      summary: 'Everybody seen with a client certificate; those who wait to be activated come first',
    },
    { response: Type.Object({ items: Type.Array(UserView) }) },
  ),
  changeUser: endpoint(
    {
      method: 'PUT',
      path: '/api/v1/users/:id',
      role: 'administrator',
      tag,
      summary: 'Activate somebody, give a role and projects, or end the access; it counts from the next request on',
    },
    {
      params: IdParam,
      body: Type.Object({
        active: Type.Boolean(),
        role: Type.Optional(OneOf(roles)),
        projects: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 })),
      }),
      response: Type.Object({ ...UserView.properties, remarks: GrantRemarks }),
    },
  ),
  removeUser: endpoint(
    {
      method: 'DELETE',
      path: '/api/v1/users/:id',
      role: 'administrator',
      tag,
      summary: 'Forget somebody; with a certificate that still counts they wait anew',
      status: 204,
    },
    { params: IdParam },
  ),
  becomeFirstAdministrator: endpoint(
    {
      method: 'POST',
      path: '/api/v1/first-administrator',
      role: 'public',
      tag,
      summary: 'Become the first administrator by the link that the server printed at its first start',
    },
    {
      body: Type.Object({ link: Type.String({ minLength: 1, maxLength: 200 }) }),
      response: Type.Object({
        who: WhoAmIView,
        token: Type.Optional(Type.String({ description: 'For those who came without a certificate; shown once' })),
      }),
    },
  ),
}
