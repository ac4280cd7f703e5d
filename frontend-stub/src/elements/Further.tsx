import { type ComponentType, type ReactNode, useState } from 'react';
import { Button } from './elements';

/** Below a page of a list: a button that offers the next one and, once it was pressed, that page in its place. */
export function Further({
  page,
  label,
  Frame,
  children,
}: {
  page: { hasNextPage: boolean; endCursor?: string | null };
  label: string;
  /** What the list wants around whatever is no row. */
  Frame: ComponentType<{ children: ReactNode }>;
  children: (after: string) => ReactNode;
}) {
  const [opened, open] = useState(false);
  if (!page.hasNextPage || !page.endCursor) return null;
  if (opened) return children(page.endCursor);
  return (
    <Frame>
      <Button look="quiet" onClick={() => open(true)}>
        {label}
      </Button>
    </Frame>
  );
}
