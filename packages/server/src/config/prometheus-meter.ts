// A meter that a Prometheus keeps, as the server uses it: the question, and what its answer means. Secrets are resolved.
import { powerPresets } from '@gleaner/driver-prometheus'
import { parseDurationMs } from '@gleaner/model'
import type { MeterReadingContext, PrometheusMeterConfig } from './metering.ts'

export interface PrometheusSettings {
  readonly url: string
  readonly expression: string
  readonly label: string
  readonly wattsPerUnit: number
  readonly authorization: string | undefined
  readonly timeoutMs: number
}

export function readPrometheusMeter(config: PrometheusMeterConfig, reading: MeterReadingContext): PrometheusSettings {
  const { fault, secret } = reading
  const url = URL.canParse(config.url) ? new URL(config.url) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    fault(['url'], 'url is an address such as http://prometheus:9090, without user and password')
  if ((config.preset === undefined) === (config.expression === undefined))
    fault(config.preset === undefined ? [] : ['expression'], 'give preset, or expression')
  const timeoutMs = config.timeout === undefined ? 10_000 : (parseDurationMs(config.timeout) ?? 0)
  if (timeoutMs < 100 || timeoutMs > 14_000) fault(['timeout'], 'timeout is at least 100ms and at most 14s')
  const bearer = secret(config.bearer, ['bearer'])
  const preset = config.preset === undefined ? undefined : powerPresets[config.preset]
  return {
    url: config.url,
    expression: config.expression ?? preset?.expression ?? '',
    label: config.label ?? preset?.label ?? 'instance',
    wattsPerUnit: config.wattsPerUnit ?? preset?.wattsPerUnit ?? 1,
    authorization: bearer === undefined ? undefined : `Bearer ${bearer}`,
    timeoutMs,
  }
}
