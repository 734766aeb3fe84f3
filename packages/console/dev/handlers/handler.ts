// What answers an endpoint. The type follows the endpoint table: an endpoint that is added or changed there fails the type
// check here.
import type { BodyOf, EndpointName, endpoints, ParamsOf, QueryOf, ResponseOf, WhoAmIView } from '@gleaner/model'

type Endpoints = typeof endpoints

interface FakeRequest<N extends EndpointName> {
  readonly params: ParamsOf<Endpoints[N]>
  readonly query: QueryOf<Endpoints[N]>
  readonly body: BodyOf<Endpoints[N]>
  readonly who: WhoAmIView | undefined
}

export type Handlers = { [N in EndpointName]: (request: FakeRequest<N>) => ResponseOf<Endpoints[N]> }
