// The pages behind a keep link: plain HTML that loads nothing and runs nothing, so that it works in every browser and leaves
// a name nothing to break out into.
import { createHash } from 'node:crypto'

export interface Page {
  readonly status: number
  readonly title: string
  readonly paragraphs: readonly string[]
  /** A button that posts to the same address. */
  readonly button?: string
}

const style =
  'body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.2rem;color:#1c2430;background:#fff}' +
  'h1{font-size:1.5rem}button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#1f5f8b;color:#fff;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #1c2430;outline-offset:2px}footer{margin-top:3rem;color:#5b6675;font-size:.9rem}' +
  '@media(prefers-color-scheme:dark){body{color:#e6eaf0;background:#14181f}button{background:#8cc4ea;color:#10161d}' +
  'button:focus-visible{outline-color:#e6eaf0}footer{color:#9aa6b5}}'

export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

export function pageHtml({ title, paragraphs, button }: Page): string {
  const form =
    button === undefined ? '' : `<form method="post"><button type="submit">${escapeHtml(button)}</button></form>\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${paragraphs.map((text) => `<p>${escapeHtml(text)}</p>\n`).join('')}${form}</main>
<footer>Gleaner</footer>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for values of attributes in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '')
}
