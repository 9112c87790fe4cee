import { InputError } from '../../errors.ts';

/** Leaves in nested records and arrays, or a single one. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** A leaf, and where it stands: `layers.0.weight`; `value` for a tree that is one leaf. */
export interface Named<Leaf> {
  readonly name: string;
  readonly leaf: Leaf;
}

/** What a tree may hold, for `leavesOf` and `replaceLeaves` to know it by and to say it. */
export interface LeafKind<Leaf> {
  readonly what: string;
  is(value: unknown): value is Leaf;
}

/** All leaves in order. Throws InputError naming the place of what is neither a leaf nor a record or an array. */
export function leavesOf<Leaf>(tree: Tree<Leaf>, kind: LeafKind<Leaf>, path = ''): Named<Leaf>[] {
  if (kind.is(tree)) return [{ name: path === '' ? 'value' : path, leaf: tree }];
  if (typeof tree !== 'object' || tree === null || ArrayBuffer.isView(tree)) {
    const found = ArrayBuffer.isView(tree) ? `a ${tree.constructor.name}` : String(tree);
    throw new InputError(`gradcheck: ${path || 'the value'} is ${found}, expected ${kind.what}.`);
  }
  return Object.entries(tree).flatMap(([key, inner]) =>
    leavesOf(inner, kind, path === '' ? key : `${path}.${key}`),
  );
}

/** The same tree with other leaves in place of its own, in the order of `leavesOf`. */
export function replaceLeaves<Leaf, Other>(
  tree: Tree<Leaf>,
  kind: LeafKind<Leaf>,
  others: Iterator<Other>,
): Tree<Other> {
  if (kind.is(tree)) return others.next().value as Other;
  if (Array.isArray(tree)) return tree.map((inner) => replaceLeaves(inner, kind, others));
  return Object.fromEntries(
    Object.entries(tree as { readonly [name: string]: Tree<Leaf> }).map(([key, inner]) => [
      key,
      replaceLeaves(inner, kind, others),
    ]),
  );
}

/** A tree as code, given each leaf's. */
export function treeAsCode(tree: Tree<string>): string {
  if (typeof tree === 'string') return tree;
  if (Array.isArray(tree)) return `[${tree.map(treeAsCode).join(', ')}]`;
  const key = (name: string) => (/^[\p{L}_$][\p{L}\d_$]*$/u.test(name) ? name : JSON.stringify(name));
  return `{ ${Object.entries(tree)
    .map(([name, inner]) => `${key(name)}: ${treeAsCode(inner)}`)
    .join(', ')} }`;
}
