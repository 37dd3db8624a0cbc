import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that is fetched when it is first shown, or by `preload` before that. */
export interface LazyComponent<Props> {
  (props: Props): VNode | null;
  preload(): void;
  /** Whether it is here, once that is known. */
  load(): Promise<boolean>;
}

/** Makes one of what `fetch` brings. Where that fails, the next showing tries again. */
export function lazy<Props extends object>(fetch: () => Promise<ComponentType<Props>>): LazyComponent<Props> {
  let Loaded: ComponentType<Props> | undefined;
  const fetchOnce = async () => {
    Loaded ??= await fetch();
  };
  const Lazy = (props: Props) => {
    const [, setLoaded] = useState(Loaded !== undefined);
    useEffect(() => {
      if (Loaded === undefined) fetchOnce().then(() => setLoaded(true), console.error);
    }, []);
    return Loaded === undefined ? null : <Loaded {...props} />;
  };
  const load = () =>
    fetchOnce().then(
      () => true,
      () => false,
    );
  return Object.assign(Lazy, { load, preload: () => void load() });
}
