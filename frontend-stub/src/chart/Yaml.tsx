import { Fragment, useMemo } from 'react';
import { Code } from '../elements/Scrollable';
import { yamlLines } from './yamlTokens';

/** Longer texts are shown plain: colouring makes ten elements of a line. */
const COLOURED_MAX_CHARACTERS = 200_000;

export function Yaml({ text, what }: { text: string; what: string }) {
  const lines = useMemo(() => (text.length > COLOURED_MAX_CHARACTERS ? null : yamlLines(text)), [text]);
  return (
    <Code label={what} copied={text}>
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
    </Code>
  );
}
