import type { ReactNode } from 'react';
import type { UseQueryResponse } from 'urql';
import { Failure, Skeleton } from './elements';

/** What was asked for, once it is there; until then as many grey lines, or why it does not come. */
export function Answer<Data>({
  to,
  lines,
  children,
}: {
  // What was asked with is nothing to who waits for the answer.
  to: UseQueryResponse<Data, any>;
  lines: number;
  children: (data: Data) => ReactNode;
}) {
  const [{ data, error }, ask] = to;
  if (data) return children(data);
  if (error) return <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} />;
  return <Skeleton lines={lines} tall />;
}
