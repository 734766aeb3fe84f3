// The messages of OpenNebula's XML-RPC as the fake reads and writes them: a call, and an answer, a refusal or a fault.
import { readValue, type RpcValue, XmlCursor } from '@gleaner/wire-xmlrpc'

export type Answer = string | number | Refusal | Fault
export class Refusal {
  readonly code: number
  readonly message: string
  readonly id: number
  constructor(code: number, message: string, id = -1) {
    this.code = code
    this.message = message
    this.id = id
  }
}
export class Fault {
  readonly code: number
  readonly message: string
  constructor(code: number, message: string) {
    this.code = code
    this.message = message
  }
}

export function readCall(request: Buffer): { readonly method: string; readonly values: readonly RpcValue[] } {
  const cursor = new XmlCursor(request)
  if (cursor.root() !== 'methodCall' || cursor.child() !== 'methodName') throw new Error('no call')
  const method = cursor.text()
  const values: RpcValue[] = []
  if (cursor.child() !== 'params') throw new Error('no params')
  while (cursor.child() === 'param') {
    if (cursor.child() !== 'value') throw new Error('no value')
    values.push(readValue(cursor))
    if (cursor.child() !== undefined) throw new Error('a param of two values')
  }
  return { method, values }
}

export function envelope(answer: Answer): string {
  if (answer instanceof Fault) {
    return `<?xml version="1.0" encoding="UTF-8"?>\r
<methodResponse>\r
<fault>\r
<value><struct>\r
<member><name>faultCode</name>\r
<value><i4>${answer.code}</i4></value></member>\r
<member><name>faultString</name>\r
<value><string>${escaped(answer.message)}</string></value></member>\r
</struct></value>\r
</fault>\r
</methodResponse>\r
`
  }
  const values =
    answer instanceof Refusal
      ? [boolean(false), string(answer.message), int(answer.code), int(answer.id), '<i8>-1</i8>']
      : [boolean(true), typeof answer === 'number' ? int(answer) : string(answer), int(0)]
  return `<?xml version="1.0" encoding="UTF-8"?>\r
<methodResponse>\r
<params>\r
<param><value><array><data>\r
${values.map((value) => `<value>${value}</value>\r\n`).join('')}</data></array></value></param>\r
</params>\r
</methodResponse>\r
`
}

const boolean = (is: boolean) => `<boolean>${is ? 1 : 0}</boolean>`
const int = (value: number) => `<i4>${value}</i4>`
const string = (text: string) => `<string>${escaped(text)}</string>`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
