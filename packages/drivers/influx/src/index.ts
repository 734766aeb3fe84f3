export { makeInfluxSource } from './make-influx-source.ts'
export { type InfluxOptions, type InfluxPlace, type InfluxPreset, influxPresets, type InfluxQuery } from './options.ts'
export { queryFault } from './query-measure.ts'
