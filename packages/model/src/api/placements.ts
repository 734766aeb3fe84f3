// Where a request would go on a live cloud and who would leave for it, and the same in earnest.
import { type Static, Type } from 'typebox'
import { objectives, PlacementAnswer, PlacementRequest } from '../placement/placement-formats.ts'
import { endpoint } from './endpoint.ts'
import { ActionName, IdParam, OneOf, Time } from './parts.ts'

const tag = 'placements'

export const RoomStateView = Type.Object({
  state: OneOf(['free', 'making', 'held', 'taken', 'refused']),
  placements: Type.Array(
    Type.Object({ instance: Type.Integer({ description: 'Of the request, from 0' }), host: Type.String() }),
    { description: 'Where each instance is to be created; empty when it is refused' },
  ),
  decision: Type.Optional(Type.String({ description: 'Id of the decision, where there is one' })),
  readyAt: Type.Optional(Time),
  heldUntil: Type.Optional(Time),
  sentence: Type.Optional(Type.String({ description: 'What is waited for, or why nothing is made' })),
})
export type RoomStateView = Static<typeof RoomStateView>

export const LivePlacement = Type.Object({
  cloud: Type.String(),
  /** Of the reading of the cloud that was looked at. */
  at: Time,
  answer: PlacementAnswer,
  action: Type.Optional(ActionName),
  noticeS: Type.Optional(Type.Number({ description: 'The longest notice of the victims, in seconds' })),
  waits: Type.Optional(
    Type.Boolean({
      description: 'The room is what is left over of room made for others, and will be free when they have it',
    }),
  ),
  room: Type.Optional(RoomStateView),
})
export type LivePlacement = Static<typeof LivePlacement>

export const placementEndpoints = {
  place: endpoint(
    {
      method: 'POST',
      path: '/api/v1/placements',
      role: 'operator',
      tag,
      summary: 'Where a request would go and who would leave for it; with dryRun false room is made and held',
    },
    {
      body: Type.Object({
        cloud: Type.Optional(Type.String({ maxLength: 100, description: 'Needed where there are several' })),
        request: PlacementRequest,
        objective: Type.Optional(OneOf(objectives)),
        dryRun: Type.Optional(Type.Boolean({ description: 'true if absent: nothing is changed' })),
        requestId: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 200,
            description: 'With dryRun false: the same id again is the same decision',
          }),
        ),
      }),
      response: LivePlacement,
    },
  ),
  getRoom: endpoint(
    {
      method: 'GET',
      path: '/api/v1/placements/:id',
      role: 'operator',
      tag,
      summary: 'The room that is made for a request, by the id of its decision',
    },
    { params: IdParam, response: RoomStateView },
  ),
  takeRoom: endpoint(
    {
      method: 'POST',
      path: '/api/v1/placements/:id/take',
      role: 'operator',
      tag,
      summary: 'Open room that is held: create at once, each instance on its host',
    },
    { params: IdParam, response: RoomStateView },
  ),
}
