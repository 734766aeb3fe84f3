// The bodies that incoming webhooks of chats take. What the fields of a notice bring in is made harmless in the way of each
// chat, so that an instance named <!channel> calls nobody and one named [x](y) links nowhere.
// Sources: Slack "Formatting text" (the three characters to escape), Mattermost "Incoming webhooks", Discord "Execute
// webhook" (allowed_mentions), matrix-hookshot "Generic webhooks".
import type { NoticeBody } from '@gleaner/model'
import type { MessageTemplate } from './message-template.ts'

export const chatForms = ['slack', 'mattermost', 'discord', 'matrix'] as const
export type ChatForm = (typeof chatForms)[number]

/** What Discord takes is the shortest. */
const messageLength = 2000

export interface ChatSettings {
  readonly form: ChatForm
  readonly template: MessageTemplate
}

export const usualChatTemplate = '{project}: {sentence} {keep}'

export function chatBody({ form, template }: ChatSettings, notice: NoticeBody): string {
  return bodyOf(form, template.render(notice, escapes[form]))
}

/** Text that no template made: names may stand anywhere in it. */
export function chatText(form: ChatForm, text: string): string {
  return bodyOf(form, escapes[form](text))
}

function bodyOf(form: ChatForm, message: string): string {
  // Not within an escape or a pair of surrogates, of which half would be refused.
  const text = message.trimEnd().slice(0, messageLength)
  const whole = text.length < messageLength ? text : text.replace(/(?:\\|&[a-z]{0,4}|[\ud800-\udbff])$/, '')
  return JSON.stringify(form === 'discord' ? { content: whole, allowed_mentions: { parse: [] } } : { text: whole })
}

const escapes: Record<ChatForm, (text: string) => string> = {
  slack: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  mattermost: markdown,
  discord: markdown,
  matrix: markdown,
}

/** A mention ends at the character of no width behind its @. */
function markdown(text: string): string {
  return text.replace(/[\\`*_~[\]()<>#|!]/g, String.raw`\$&`).replaceAll('@', '@\u200b')
}
