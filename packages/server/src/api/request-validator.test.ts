// What a caller is told of a wrong field: what was found, and what there is to choose from, in words.
import { endpoints, GleanerError } from '@gleaner/model'
import type { TSchema } from 'typebox'
import { expect, it } from 'vitest'
import { requestValidator } from './request-validator.ts'

const told = (schema: TSchema, given: unknown) => {
  const { error } = requestValidator(schema, 'body')(given)
  return error instanceof GleanerError ? error.message : error
}
const rule = {
  name: 'x',
  expression: 'true',
  action: 'stop',
  covers: {},
  grace: '1m',
  mode: 'observe',
  priority: 1,
  enabled: true,
}

it.each([
  [
    { action: 'delete' },
    'The body field "action" must be one of notify, pause, suspend, stop, shelve, resume, start; it is "delete".',
  ],
  [{ mode: 3 }, 'The body field "mode" must be one of off, observe, advise, enforce; it is 3.'],
  [{ grace: '-5m' }, 'The body field "grace" must be a duration such as 30m, 2h or 1d12h; it is "-5m".'],
  [{ priority: '7' }, 'The body field "priority" must be integer; it is "7".'],
  [{ prioritty: 7 }, 'The body field "prioritty" is unknown. Did you mean "priority"?'],
])('%j', (change, message) => {
  const schema = endpoints.createRule.body
  expect(told(schema, rule)).toBeUndefined()
  expect(told(schema, { ...rule, ...change })).toBe(message)
})
