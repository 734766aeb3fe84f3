// Rules after published criteria, to be copied, tried and changed.
import { readyMadeRules } from '@gleaner/engine'
import type { endpoints } from '@gleaner/model'
import type { Handler } from '../handler.ts'

export const listReadyMadeRules: Handler<typeof endpoints.listReadyMadeRules> = () => ({
  items: readyMadeRules.map(({ source, definition, deviation }) => ({
    source: deviation === undefined ? source : `${source}. ${deviation}`,
    definition,
  })),
})
