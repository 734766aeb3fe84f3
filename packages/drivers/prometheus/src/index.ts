export { makePrometheusSource } from './make-prometheus-source.ts'
export { type PrometheusOptions, type PrometheusPreset, prometheusPresets, type PrometheusQuery } from './options.ts'
export { queryFault } from './query-measure.ts'
