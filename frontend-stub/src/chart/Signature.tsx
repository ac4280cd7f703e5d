import { useQuery } from 'urql';
import { State } from '../elements/elements';
import { graphql } from '../gql';

const SIGNATURE = graphql(`
  query ChartSignature($id: ID!) {
    chartVersion(id: $id) {
      id
      signature {
        hasProvenance
        hasSignature
        verification
        signedBy
        message
      }
    }
  }
`);

export function Signature({ chartVersionId }: { chartVersionId: string }) {
  const [{ data, error }] = useQuery({ query: SIGNATURE, variables: { id: chartVersionId } });
  const signature = data?.chartVersion?.signature;
  if (error && !signature) return <span className="faint">Could not be asked for</span>;
  if (!signature) return <span className="faint">…</span>;
  const kinds = [signature.hasProvenance && 'Helm provenance', signature.hasSignature && 'cosign or notation'];
  return (
    <>
      <State of={signature.verification} /> {signature.signedBy && <span>by {signature.signedBy}</span>}
      {kinds.some(Boolean) && <p className="faint">{kinds.filter(Boolean).join(', ')}</p>}
      {signature.message && <p className="help">{signature.message}</p>}
    </>
  );
}
