import { describe, expect, test } from 'vitest'
import { accessErrors } from './errors/access.ts'
import { callerErrors } from './errors/callers.ts'
import { cloudErrors } from './errors/clouds.ts'
import { frontErrors } from './errors/front.ts'
import { labErrors } from './errors/lab.ts'
import { measurementErrors } from './errors/measurements.ts'
import { serverErrors } from './errors/server.ts'
import { storeErrors } from './errors/store.ts'
import { describeError, type ErrorCode, errorRegistry, GleanerError, isError } from './errors.ts'

const codes = Object.keys(errorRegistry) as ErrorCode[]

describe('the registry', () => {
  test.each(codes)('%s is told in whole sentences, with a remedy and a status of its kind', (code) => {
    const { kind, status, message, remedy } = errorRegistry[code]
    // A message that is a fact alone, or ends in one, leaves its full stop to the fact.
    expect(message).toMatch(/[.)}]$/)
    expect(remedy).toMatch(/^[A-Z].*(\.|\))$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    if (kind === 'not-found') expect(status).toBe(404)
    if (kind === 'conflict' || kind === 'capacity') expect(status).toBe(409)
    if (kind === 'unavailable') expect([503, 504, 507]).toContain(status)
  })

  test('has every code once', () => {
    const areas = [
      cloudErrors,
      measurementErrors,
      storeErrors,
      callerErrors,
      labErrors,
      frontErrors,
      accessErrors,
      serverErrors,
    ]
    expect(areas.flatMap((area) => Object.keys(area))).toEqual(codes)
  })
})

describe('an error', () => {
  const conflict = () => new GleanerError('cloud-conflict', { cloud: 'lab', object: 'web-1', detail: 'is moving' })

  test('fills the registered message with its facts', () => {
    const error = conflict()
    expect(error.message).toBe('lab: web-1 is not in a state for this (is moving).')
    expect(error.name).toBe('GleanerError')
    expect(error.code).toBe('cloud-conflict')
    expect(error.facts).toEqual({ cloud: 'lab', object: 'web-1', detail: 'is moving' })
  })

  test('fills the remedy as well', () => {
    const other = new GleanerError('store-other-major', { needed: 17, found: 15 })
    expect(other.remedy).toBe('Install PostgreSQL 17, or restore an export into a new state directory.')
  })

  test('has the remedy of its thrower, where that knows better than the registry', () => {
    const detail = 'The project has a lease "exam" already.'
    expect(new GleanerError('conflict', { detail }).remedy).toBe('Read the current state and try again.')
    const remedy = 'Take another name, {detail} stays.'
    expect(new GleanerError('conflict', { detail }, { remedy }).remedy).toBe(remedy)
  })

  test('leaves the place of a fact that is missing visible, and does not fill a fact’s own braces', () => {
    expect(new GleanerError('not-found').message).toBe('{object} does not exist.')
    expect(new GleanerError('not-found', { object: '{object}' }).message).toBe('{object} does not exist.')
    expect(new GleanerError('too-many-attempts', { peer: 0 }).message).toBe('Too many wrong tokens came from 0.')
    expect(new GleanerError('not-found', { object: '$&' }).message).toBe('$& does not exist.')
  })

  test('has the kind and the status of its code', () => {
    expect(conflict().kind).toBe('conflict')
    expect(conflict().status).toBe(409)
  })

  test.each(codes)('%s is retryable if and only if it is unavailable', (code) => {
    expect(new GleanerError(code).retryable).toBe(errorRegistry[code].kind === 'unavailable')
  })

  test('keeps its cause, and has none when none is given', () => {
    const cause = new Error('connection reset')
    expect(new GleanerError('internal', {}, { cause }).cause).toBe(cause)
    expect(Object.hasOwn(new GleanerError('internal'), 'cause')).toBe(false)
  })
})

test('an error is told by its code, or by being one at all', () => {
  const error = new GleanerError('conflict')
  expect(isError(error)).toBe(true)
  expect(isError(error, 'conflict')).toBe(true)
  expect(isError(error, 'not-found', 'conflict')).toBe(true)
  expect(isError(error, 'not-found')).toBe(false)
  expect(isError(new Error('conflict'), 'conflict')).toBe(false)
  expect(isError({ code: 'conflict' }, 'conflict')).toBe(false)
  expect(isError(undefined)).toBe(false)
})

describe('the description of', () => {
  test('an error without a cause is its message', () => {
    expect(describeError(new Error('no route'))).toBe('no route')
  })

  test('an error with causes tells each once', () => {
    const deepest = new Error('ECONNRESET')
    expect(describeError(new Error('no answer', { cause: new Error('socket closed', { cause: deepest }) }))).toBe(
      'no answer (socket closed (ECONNRESET))',
    )
    expect(describeError(new Error('no answer: ECONNRESET', { cause: deepest }))).toBe('no answer: ECONNRESET')
  })

  test('what is no error is its text', () => {
    expect(describeError('plain')).toBe('plain')
    expect(describeError(undefined)).toBe('undefined')
    expect(describeError(new Error('odd', { cause: 42 }))).toBe('odd (42)')
  })
})
