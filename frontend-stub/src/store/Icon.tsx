import { useState } from 'react';
import { hue, initials } from './initials';

/** The chart's icon; where it has none, or it cannot be loaded, a letter in a colour of its own. */
export function Icon({ url, name, large = false }: { url?: string | null; name: string; large?: boolean }) {
  const [broken, setBroken] = useState(false);
  const size = large ? 56 : 40;
  const shown = url && !broken && /^(https:|data:image\/)/.test(url);
  return (
    <span className={large ? 'icon large' : 'icon'} data-hue={hue(name)} aria-hidden="true">
      {shown ? (
        <img
          src={url}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => setBroken(true)}
        />
      ) : (
        initials(name)
      )}
    </span>
  );
}
