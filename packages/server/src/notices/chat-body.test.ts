import type { NoticeBody } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { chatBody, chatForms, chatText, usualChatTemplate } from './chat-body.ts'
import { compileTemplate, type MessageTemplate } from './message-template.ts'

const notice: NoticeBody = {
  version: 1,
  id: 'ntc_1',
  kind: 'announced',
  at: '2026-11-28T20:51:45.000Z',
  due: null,
  sentence: 'web-1 will be stopped.',
  capability: 'idleness',
  action: 'stop',
  cause: 'forgotten',
  reason: { code: 'rule-matched', sentence: 'Nobody used it.' },
  instance: { id: 'lab:1', name: 'web-1', cloud: 'lab' },
  project: { id: 'lab:p1', name: 'shop' },
  proposal: null,
  decision: null,
  lease: null,
  keepLink: null,
}
const named = (name: string): NoticeBody => ({ ...notice, instance: { ...notice.instance, name } })

function template(text: string): MessageTemplate {
  const made = compileTemplate(text)
  if ('unknown' in made) throw new Error(`no field ${made.unknown}`)
  return made
}

describe('a template', () => {
  it('puts fields into text, a missing time as nothing', () => {
    expect(template('{{{kind}} {instance} of { project.id }: {due}.').render(notice)).toBe(
      '{announced} web-1 of lab:p1: .',
    )
  })

  it.each(['constructor', '__proto__', 'instance.name', '', 'process.exit()'])('refuses the field "%s"', (name) => {
    expect(compileTemplate(`a {${name}} b`)).toEqual({ unknown: name })
  })

  it('does not look for fields in what a field brings in', () => {
    expect(template('{instance}').render(named('{sentence}'))).toBe('{sentence}')
  })

  it('keeps what a field brings in to one line of bounded length', () => {
    expect(template('{instance}').render(named('a\r\nBcc: b\u0000\u202ec'))).toBe('a Bcc: b c')
    expect(template('{instance}').render(named('x'.repeat(100_000)))).toHaveLength(1000)
  })
})

describe('the body for a chat', () => {
  it('is what each takes', () => {
    const bodies = chatForms.map((form) =>
      JSON.parse(chatBody({ form, template: template('{project}: {kind}') }, notice)),
    )
    const text = { text: 'shop: announced' }
    expect(bodies).toEqual([text, text, { content: 'shop: announced', allowed_mentions: { parse: [] } }, text])
  })

  it('calls nobody and links nowhere by the name of an instance, but keeps what the template says', () => {
    const text = (form: (typeof chatForms)[number]) =>
      (
        JSON.parse(chatBody({ form, template: template('<!here> {instance}') }, named('<!channel> @all [x](y) &'))) as {
          text: string
        }
      ).text
    expect(text('slack')).toBe('<!here> &lt;!channel&gt; @all [x](y) &amp;')
    expect(text('mattermost')).toBe('<!here> \\<\\!channel\\> @\u200ball \\[x\\]\\(y\\) &')
  })

  it.each([
    ['slack', '<'],
    ['mattermost', '*'],
    ['discord', '@'],
    ['matrix', '🦉'],
  ] as const)(
    'has room for the link of %s, however many signs of the text are escaped, and cuts none in two',
    (form, sign) => {
      const keepLink = `https://gleaner.example/keep/${'k'.repeat(200)}`
      const usual = template(usualChatTemplate)
      const notice_ = { ...notice, sentence: `x${sign.repeat(1500)}`, keepLink }
      const body = chatBody({ form, template: usual }, notice_)
      const { text, content = text } = JSON.parse(body) as { text?: string; content?: string }
      expect(content?.endsWith(` ${keepLink}`)).toBe(true)
      expect(body).not.toMatch(/\\u[dD][89a-fA-F]/)
      const long = chatText(form, `${'x'.repeat(1999)}${sign}${sign}`)
      expect(long).not.toMatch(/\\u[dD][89a-fA-F]|&[a-z]*"|[^\\]\\\\"/)
    },
  )

  it('is never longer than any chat takes', () => {
    const long = template('{instance}{instance}{instance}')
    const body = JSON.parse(chatBody({ form: 'slack', template: long }, named('x'.repeat(1000)))) as { text: string }
    expect(body.text).toHaveLength(2000)
  })
})
