import { useMutation } from 'urql';
import { Confirmed } from '../elements/Confirmed';
import { whyNot } from '../elements/elements';
import { Code } from '../elements/Scrollable';
import { type FragmentType, graphql, read } from '../gql';

const WEBHOOK = graphql(`
  fragment Webhook on Registry {
    id
    webhookUrl
  }
`);

const RENEW = graphql(`
  mutation RenewWebhookUrl($id: ID!) {
    renewWebhookUrl(id: $id) {
      webhookUrl
      userErrors {
        message
        field
      }
    }
  }
`);

/** Where the registry is to tell of pushes; nothing for those who may not know, or where Chartroom knows no address. */
export function WebhookAddress({ of, refresh }: { of: FragmentType<typeof WEBHOOK>; refresh: () => void }) {
  const { id, webhookUrl } = read(WEBHOOK, of);
  const [, renew] = useMutation(RENEW);
  if (!webhookUrl) return null;
  async function confirmed() {
    const result = await renew({ id });
    const refusal = whyNot(result, result.data?.renewWebhookUrl);
    if (!refusal) refresh();
    return refusal;
  }
  return (
    <section aria-label="Webhook">
      <h2>Webhook</h2>
      <p className="faint">
        Have the registry send its push notifications here, and a new version shows within seconds. Who knows the address
        can start syncs, nothing more.
      </p>
      <Code label="webhook address" copied={webhookUrl}>
        {webhookUrl}
      </Code>
      <Confirmed label="New address" question="Make a new address?" confirm="Make it" act={confirmed}>
        The present one leads nowhere from then on: give the registry the new one.
      </Confirmed>
    </section>
  );
}
