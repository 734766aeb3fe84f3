export { makePrometheusSource } from './make-prometheus-source.ts'
export { type PrometheusOptions, type PrometheusPreset, prometheusPresets, type PrometheusQuery } from './options.ts'
export { powerPresetNames, powerPresets, PrometheusMeter } from './prometheus-meter.ts'
export { queryFault } from './query-measure.ts'
