// Remarks on rights that are given, as the API tells them: none is no key.
import { grantRemarks } from '../../auth/grant-remarks.ts'

export function remarksOn(...given: Parameters<typeof grantRemarks>): { readonly remarks?: string[] } {
  const remarks = grantRemarks(...given)
  return remarks.length === 0 ? {} : { remarks: [...remarks] }
}
