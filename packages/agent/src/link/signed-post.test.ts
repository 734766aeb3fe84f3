import { expect, it } from 'vitest'
import { addressFault } from './signed-post.ts'

it.each([
  ['localhost:7878', '"localhost:7878" is no address of http or https'],
  ['ftp://127.0.0.1', '"ftp://127.0.0.1" is no address of http or https'],
  ['127.0.0.1:7878', 'is no address, such as https://gleaner.example:7878'],
  ['http://10.0.0.1:7878', 'only https leads to another machine'],
  ['https://olga:secret@gleaner.example', 'the address holds a user or a password'],
])('%s is no address of a control plane', (address, why) => {
  expect(addressFault(address)).toContain(why)
})

it.each(['https://gleaner.example', 'http://localhost:7878', 'http://127.0.0.1:7878', 'http://[::1]:7878'])(
  '%s is one',
  (address) => {
    expect(addressFault(address)).toBeUndefined()
  },
)
