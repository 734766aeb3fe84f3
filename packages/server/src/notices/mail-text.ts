// What a mail says: subject and text by templates, and the same text as HTML. A line of the text whose fields all bring in nothing is
// left out, so that one template serves what has a time or a link and what has none. What the fields bring in is escaped in
// HTML and is one line in the subject: a name ends no header and begins no tag.
import type { NoticeBody, ReportBody } from '@gleaner/model'
import { escapeHtml } from '../links/keep-page.ts'
import { compileTemplate, type MessageTemplate, oneLine } from './message-template.ts'

export const usualSubject = '{project}: {instance} ({kind})'
export const usualText = `{sentence}

Instance: {instance} ({instance.id}) of {project}
Not before: {due}
Rule: {cause}

Keep it as it is: {keep}`

const subjectLength = 200

export interface MailTemplate {
  readonly subject: MessageTemplate
  readonly lines: readonly MessageTemplate[]
}

export interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The template, or the field in it that does not exist. */
export function compileMail(subject: string, text: string): MailTemplate | { readonly unknown: string } {
  const first = compileTemplate(subject)
  if ('unknown' in first) return first
  const lines: MessageTemplate[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    const made = compileTemplate(line)
    if ('unknown' in made) return made
    lines.push(made)
  }
  return { subject: first, lines }
}

export function mailText({ subject, lines }: MailTemplate, notice: NoticeBody): MailText {
  const text = lines
    .filter((line) => line.says(notice))
    .map((line) => line.render(notice))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return {
    subject: oneLine(subject.render(notice)).slice(0, subjectLength),
    text,
    html: asHtml(text, notice.keepLink === null ? [] : [notice.keepLink]),
  }
}

export function reportMail({ subject, text, links }: ReportBody): MailText {
  return { subject: oneLine(subject).slice(0, subjectLength), text, html: asHtml(text, links) }
}

/** Nothing in it is a link but those that were made here. */
function asHtml(text: string, links: readonly string[]): string {
  const paragraphs = text.split('\n\n').map((paragraph) => {
    const lines = escapeHtml(paragraph).replaceAll('\n', '<br>\n')
    const linked = links
      .map(escapeHtml)
      .reduce((html, link) => html.replaceAll(link, `<a href="${link}">${link}</a>`), lines)
    return `<p>${linked}</p>`
  })
  return `<!doctype html>\n<html lang="en"><body>\n${paragraphs.join('\n')}\n</body></html>\n`
}
