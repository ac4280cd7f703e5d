import { useState } from 'react';

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

export function initials(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return (words.length > 1 ? words.slice(0, 2).map((word) => word[0]) : [name.slice(0, 2)]).join('').toUpperCase();
}

/** 0 to 5, the same for the same name. */
export function hue(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum % 6;
}
