import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that is fetched when it is first shown, or by `preload` before that. */
export interface LazyComponent<Props> {
  (props: Props): VNode | null;
  preload(): void;
}

/** Makes one of what `load` fetches. Where that fails, the next showing tries again. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyComponent<Props> {
  let Loaded: ComponentType<Props> | undefined;
  const fetchOnce = async () => {
    Loaded ??= await load();
  };
  const Lazy = (props: Props) => {
    const [, setLoaded] = useState(Loaded !== undefined);
    useEffect(() => {
      if (Loaded === undefined) fetchOnce().then(() => setLoaded(true), console.error);
    }, []);
    return Loaded === undefined ? null : <Loaded {...props} />;
  };
  return Object.assign(Lazy, { preload: () => void fetchOnce().catch(() => {}) });
}
