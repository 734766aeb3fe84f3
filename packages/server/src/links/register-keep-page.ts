// GET and POST /keep/…: a GET shows what would be kept and a button, and changes nothing, so that programs that look at
// links in mails and chats keep nothing; the POST of the button keeps. Whoever has the link may: nobody is logged in here,
// and cookies and tokens are not looked at. What a link that is not good says tells nothing about what exists.
import { cloudOf, describeError } from '@gleaner/model'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiContext } from '../api/handler.ts'
import { translate } from '../api/problem-details.ts'
import { timeText } from '../api/view/time-text.ts'
import { FailureLimiter } from '../auth/failure-limiter.ts'
import { peerAddress } from '../auth/peer.ts'
import { oneLine } from '../notices/message-template.ts'
import type { KeepLink, KeepLinks } from './keep-links.ts'
import { type Page, pageHtml, pagePolicy } from './keep-page.ts'

const mostBodyBytes = 1024
/** Requests with one and the same link: a person needs three. */
const perLink = { burst: 30, refillMs: 2000, maxPeers: 10_000 }

interface Seen {
  readonly link: KeepLink
  readonly name: string
}

export function registerKeepPage(api: FastifyInstance, { app, world, wallClock }: ApiContext, links: KeepLinks): void {
  const strangers = new FailureLimiter()
  const uses = new FailureLimiter(perLink)

  const look = async (request: FastifyRequest<{ Params: { link: string } }>): Promise<Page | Seen> => {
    const nowMs = wallClock.nowMs()
    const peer = peerAddress(request)
    const link = links.read(request.params.link)
    if (link === undefined) {
      if (!strangers.allows(peer, nowMs)) return tooMany
      strangers.failed(peer, nowMs)
      return notOurs
    }
    if (!uses.allows(link.id, nowMs)) return tooMany
    uses.failed(link.id, nowMs)
    const usedAtMs = await app.store.holds.linkUsedAtMs(link.id)
    if (usedAtMs !== undefined) return used(usedAtMs)
    if (app.clock.nowMs() >= link.endsAtMs) return ended(link.endsAtMs)
    const { snapshots, instanceById } = world()
    const cloud = cloudOf(link.instanceId)
    // Before the first reading nothing is known of what is there.
    if (!snapshots.some(({ cloudId }) => cloudId === cloud)) return { ...notNow, status: 503 }
    const instance = instanceById.get(link.instanceId)
    return instance === undefined ? gone : { link, name: oneLine(instance.name) }
  }

  void api.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { bodyLimit: mostBodyBytes, parseAs: 'string' },
      (_request, _body, done) => done(null, undefined),
    )
    scope.setErrorHandler(async (error, request, reply) => {
      const { error: told, status } = translate(error, request)
      if (status >= 500) request.log.warn({ cause: describeError(told) }, 'a page behind a link failed')
      return answer(reply, { ...notNow, status })
    })
    const schema = { hide: true }
    scope.get<{ Params: { link: string } }>('/keep/:link', { schema }, async (request, reply) => {
      const seen = await look(request)
      if ('status' in seen) return answer(reply, seen)
      return answer(reply, await asking(seen))
    })
    scope.post<{ Params: { link: string } }>('/keep/:link', { schema }, async (request, reply) => {
      const seen = await look(request)
      if ('status' in seen) return answer(reply, seen)
      const hold = await app.commands.keepByLink(seen.link, peerAddress(request))
      if (hold === undefined) return answer(reply, used((await app.store.holds.linkUsedAtMs(seen.link.id)) ?? 0))
      return answer(reply, {
        status: 200,
        title: `${seen.name} is kept`,
        paragraphs: [`It is left as it is until ${timeText(hold.untilMs)}.`, 'You can close this page.'],
      })
    })
  })

  async function asking({ link, name }: Seen): Promise<Page> {
    const notices = await app.store.notices.forInstance(link.instanceId, 100)
    const sentence = notices.find(({ id }) => id === link.noticeId)?.sentence
    return {
      status: 200,
      title: `Keep ${name}?`,
      paragraphs: [
        ...(sentence === undefined ? [] : [sentence]),
        `With the button ${name} is left as it is until ${timeText(app.clock.nowMs() + link.keepForMs)}, whatever a rule says.`,
      ],
      button: `Keep ${name}`,
    }
  }
}

function answer(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status)
    .headers({
      'content-security-policy': pagePolicy,
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    })
    .type('text/html; charset=utf-8')
    .send(pageHtml(page))
}

const notOurs: Page = {
  status: 404,
  title: 'This link is not good',
  paragraphs: [
    'It was not made here, or something on its way changed it or cut it off.',
    'Open it once more from the notice itself, or keep the instance in the console.',
  ],
}
const gone: Page = {
  status: 410,
  title: 'There is nothing left to keep',
  paragraphs: ['The instance that this link is about is not there any more.'],
}
const tooMany: Page = {
  status: 429,
  title: 'Too many requests',
  paragraphs: ['Wait a minute and open the link again.'],
}
const notNow: Page = {
  status: 500,
  title: 'This did not work',
  paragraphs: ['Nothing was changed. Open the link again in a minute, or keep the instance in the console.'],
}
const used = (atMs: number): Page => ({
  status: 409,
  title: 'This link was used already',
  paragraphs: [
    `It was used at ${timeText(atMs)}, and counts once.`,
    'The next notice about the instance has a new one; until when it is kept stands in the console.',
  ],
})
const ended = (atMs: number): Page => ({
  status: 410,
  title: 'This link has ended',
  paragraphs: [
    `It could be used until ${timeText(atMs)}.`,
    'The next notice about the instance has a new one. It can be kept in the console at any time.',
  ],
})
