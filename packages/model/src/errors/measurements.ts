// What sources of measurements and meters of power answer.
import { entry } from './entry.ts'

export const measurementErrors = {
  'source-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'The source {source} does not answer ({detail}).',
    'Check that it is up and reachable from here; Gleaner asks again by itself, and what it cannot get stays a gap.',
  ),
  'source-refused': entry(
    { kind: 'refused', status: 403 },
    'The source {source} does not let Gleaner read ({detail}).',
    'Check user, password or token of this source in the configuration, and their right to read.',
  ),
  'source-missing': entry(
    { kind: 'not-found', status: 404 },
    'The source {source} is not at the address that is configured ({detail}).',
    'Check url, database, bucket and organisation of this source in the configuration.',
  ),
  'source-query': entry(
    { kind: 'refused', status: 422 },
    'The source {source} does not accept the question for {metric} of {of} ({detail}).',
    'Correct the query of this source in the configuration; gleaner config check tries it.',
  ),
  'source-overloaded': entry(
    { kind: 'unavailable', status: 503 },
    'The source {source} cannot answer all of the question for {metric} of {of} ({detail}).',
    'Raise the limits of the source, or ask it for less: fewer queries, a shorter lookback, a narrower match.',
  ),
  'source-too-large': entry(
    { kind: 'refused', status: 422 },
    'The answer of the source {source} for {metric} of {of} is too large ({detail}).',
    'Narrow the query with match, or raise maxAnswerMiB of this source.',
  ),
  'source-broken': entry(
    { kind: 'broken', status: 502 },
    'The source {source} gave an answer that makes no sense for {metric} of {of} ({detail}).',
    'Check that the address is that of the database and not of a page in front of it, and its version; nothing was taken from this answer.',
  ),
  // What a meter of power answers, as a whole; a single outlet without a figure is no error.
  'meter-unavailable': entry(
    { kind: 'unavailable', status: 503 },
    'The meter {meter} does not answer ({detail}).',
    'Check that it is up and reachable from here; Gleaner asks again by itself, and the time until then stays a gap.',
  ),
  'meter-refused': entry(
    { kind: 'refused', status: 403 },
    'The meter {meter} does not let Gleaner read ({detail}).',
    'Check community, user, password or keys of this meter in the configuration, and their right to read.',
  ),
  'meter-broken': entry(
    { kind: 'broken', status: 502 },
    'The meter {meter} gave an answer that makes no sense ({detail}).',
    'Check the kind and the address of this meter in the configuration; nothing was taken from this answer.',
  ),
}
