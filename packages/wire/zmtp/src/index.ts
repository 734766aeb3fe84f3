export { ZmtpError } from './frame-reader.ts'
export * from './subscriber.ts'
