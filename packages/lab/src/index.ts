export * from './cli.ts'
export { type TraceFormat, traceFormats } from './trace/detect-format.ts'
export { type LabStrategyName, labStrategyNames } from './run/lab-strategy.ts'
export { type GenerateOptions, generatedFormats, loadShapes } from './generate/generate-trace.ts'
