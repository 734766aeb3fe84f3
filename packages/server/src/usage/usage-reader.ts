// Measured usage as the API shows it: the windows of the engine, read at this moment.
import { type TelemetryWindows, idleForMs } from '@gleaner/engine'
import type { Clock } from '@gleaner/ports'
import type { UsageReader } from '../application.ts'
