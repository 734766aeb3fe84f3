// What is wrong with a rule, as the editor marks it: the column counts over the whole text, so that a rule of several
// lines is marked at the right character.
import type { RuleFault } from '@gleaner/engine'
import type { RuleFaultView } from '@gleaner/model'
import { only } from '../view/only.ts'

export function faultView(fault: RuleFault): RuleFaultView {
  return {
    code: fault.code,
    message: fault.message,
    field: fault.part,
    column: fault.offset + 1,
    length: fault.length,
    ...only('hint', fault.hint),
  }
}
