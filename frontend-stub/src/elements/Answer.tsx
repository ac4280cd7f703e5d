import type { ReactNode } from 'react';
import type { UseQueryResponse } from 'urql';
import { Failure, Skeleton } from './elements';

/**
 * What was asked for, once it is there; until then as many grey lines, or why it does not come.
 * Where a part of it does not come, it is said above the rest, and `children` are told: what is null may exist.
 */
export function Answer<Data>({
  to,
  lines,
  children,
}: {
  // What was asked with is nothing to who waits for the answer.
  to: UseQueryResponse<Data, any>;
  lines: number;
  children: (data: Data, failed: boolean) => ReactNode;
}) {
  const [{ data, error }, ask] = to;
  // Data that was there before stays where the network fails.
  const failed = error && !(data && error.networkError);
  const failure = failed ? <Failure error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : null;
  if (data)
    return (
      <>
        {failure}
        {children(data, failure !== null)}
      </>
    );
  if (failure) return failure;
  return <Skeleton lines={lines} tall />;
}
