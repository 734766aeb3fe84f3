export { ApiError, type ApiErrorParts } from './api-error.ts'
export type { AnswerOf, Call, CallArguments, InputOf } from './call-types.ts'
export { createClient, type Client, type ClientOptions } from './create-client.ts'
export type { SubscribeOptions, SubscriptionState } from './subscribe.ts'
