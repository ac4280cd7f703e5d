import { Fragment, useMemo } from 'react';
import { Copy } from '../elements/elements';
import { yamlLines } from './yamlTokens';

/** Longer texts are shown plain: colouring makes ten elements of a line. */
const COLOURED_MAX_CHARACTERS = 200_000;

export function Yaml({ text, what }: { text: string; what: string }) {
  const lines = useMemo(() => (text.length > COLOURED_MAX_CHARACTERS ? null : yamlLines(text)), [text]);
  return (
    <div className="code-box">
      <Copy text={text} what={what} />
      <pre className="yaml" tabIndex={0} aria-label={what}>
        {lines
          ? lines.map((tokens, line) => (
              <Fragment key={line}>
                {tokens.map((token, place) =>
                  token.kind === 'plain' ? (
                    token.text
                  ) : (
                    <span key={place} className={`yaml-${token.kind}`}>
                      {token.text}
                    </span>
                  ),
                )}
                {'\n'}
              </Fragment>
            ))
          : text}
      </pre>
    </div>
  );
}
