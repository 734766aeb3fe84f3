// The log: one JSON line per event on standard error, so that standard output stays readable. Tokens and passwords are
// never handed to it; the paths below are a second net.
import pino, { type Logger } from 'pino'
import type { Config } from '../config/config.ts'

export function openLog(config: Config): Logger {
  const level = process.stderr.isTTY && config.logLevel === 'info' ? 'warn' : config.logLevel
  return pino(
    {
      level,
      base: null,
      redact: ['*.password', '*.token', '*.databaseUrl', 'req.headers.authorization', 'req.headers.cookie'],
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
