// `gleaner serve`: runs the server until a signal ends it. It prints, and ends the process, itself.
import { serve as serveGleaner } from '@gleaner/server'

export async function serve(options: {
  readonly config?: string
  readonly demo?: boolean
  readonly debug?: boolean
}): Promise<void> {
  await serveGleaner({
    arguments: [
      ...(options.config === undefined ? [] : ['--config', options.config]),
      ...(options.demo === true ? ['--demo'] : []),
      ...(options.debug === true ? ['--debug'] : []),
    ],
    demoWithoutConfig: false,
  })
}
