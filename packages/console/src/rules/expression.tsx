// An expression in colours: names, strings, numbers. Colours only help; the text is the same without.
import { tokensOf } from './tokens.ts'

export function Expression({ text }: { readonly text: string }) {
  return (
    <pre className="g-expression">
      <code>
        {tokensOf(text).map(({ kind, text: part, at }) => (
          <span key={at} className={`g-tok--${kind}`}>
            {part}
          </span>
        ))}
      </code>
    </pre>
  )
}
