import type { en } from './en';

type Shape<T> = T extends string
  ? string
  : T extends (...given: infer A) => string
    ? (...given: A) => string
    : { readonly [K in keyof T]: Shape<T[K]> };

/** What every language must say: a key that is missing does not compile. */
export type Catalogue = Shape<typeof en>;
