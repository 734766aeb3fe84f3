export { LineMeter, type LineMeterOptions } from './line-meter.ts'
export { type LineFormat, lineFormats } from './read-line.ts'
