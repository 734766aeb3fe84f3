import { expect, test } from 'vitest'
import { signNotice } from './sign-notice.ts'

// The example of the specification of the Standard Webhooks: its libraries make this signature of these values.
test('signs as the Standard Webhooks say', () => {
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampS: 1_614_265_330, body: '{"test": 2432232314}' }
  expect(signNotice(key, signed)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('every part counts', () => {
  const key = Buffer.from('a key of some length')
  const signed = { id: 'a', timestampS: 1, body: 'b' }
  const others = [{ id: 'b' }, { timestampS: 2 }, { body: 'c' }].map((change) =>
    signNotice(key, { ...signed, ...change }),
  )
  expect(new Set([signNotice(key, signed), signNotice(Buffer.from('another key'), signed), ...others]).size).toBe(5)
})
