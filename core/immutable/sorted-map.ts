/**
 * A persistent map in the order of its keys: an AVL tree whose updates copy the path to a key and
 * share the rest. The order is that of `<` on numbers and on strings (by UTF-16 code unit), so two
 * maps with equal contents are read in equal order whatever their histories were.
 *
 * (Adelson-Velsky and Landis 1962; balance by rotation on the way back up.)
 */
export type Key = string | number;

interface Node<K extends Key, V> {
  readonly key: K;
  readonly value: V;
  readonly left: Tree<K, V>;
  readonly right: Tree<K, V>;
  readonly height: number;
}
type Tree<K extends Key, V> = Node<K, V> | null;

export class SortedMap<K extends Key, V> {
  readonly size: number;
  private readonly root: Tree<K, V>;

  private constructor(root: Tree<K, V>, size: number) {
    this.root = root;
    this.size = size;
  }

  static empty<K extends Key, V>(): SortedMap<K, V> {
    return new SortedMap<K, V>(null, 0);
  }

  get(key: K): V | undefined {
    let node = this.root;
    while (node !== null && node.key !== key) node = key < node.key ? node.left : node.right;
    return node?.value;
  }

  set(key: K, value: V): SortedMap<K, V> {
    const size = this.get(key) === undefined ? this.size + 1 : this.size;
    return new SortedMap(insert(this.root, key, value), size);
  }

  /** Calls `visit` for every pair, in the order of the keys. */
  forEach(visit: (value: V, key: K) => void): void {
    walk(this.root, visit);
  }
}

const heightOf = <K extends Key, V>(tree: Tree<K, V>): number => (tree === null ? 0 : tree.height);

function branch<K extends Key, V>(key: K, value: V, left: Tree<K, V>, right: Tree<K, V>): Node<K, V> {
  const a = heightOf(left);
  const b = heightOf(right);
  return { key, value, left, right, height: (a > b ? a : b) + 1 };
}

function insert<K extends Key, V>(tree: Tree<K, V>, key: K, value: V): Node<K, V> {
  if (tree === null) return branch(key, value, null, null);
  if (key === tree.key) return { key, value, left: tree.left, right: tree.right, height: tree.height };
  return key < tree.key
    ? balanced(tree, insert(tree.left, key, value), tree.right)
    : balanced(tree, tree.left, insert(tree.right, key, value));
}

function balanced<K extends Key, V>(top: Node<K, V>, left: Tree<K, V>, right: Tree<K, V>): Node<K, V> {
  const lean = heightOf(left) - heightOf(right);
  if (lean > 1) return raisedFromLeft(top, left!, right);
  if (lean < -1) return raisedFromRight(top, left, right!);
  return branch(top.key, top.value, left, right);
}

function raisedFromLeft<K extends Key, V>(top: Node<K, V>, left: Node<K, V>, right: Tree<K, V>): Node<K, V> {
  if (heightOf(left.left) >= heightOf(left.right)) {
    return branch(left.key, left.value, left.left, branch(top.key, top.value, left.right, right));
  }
  const pivot = left.right!;
  const below = branch(left.key, left.value, left.left, pivot.left);
  return branch(pivot.key, pivot.value, below, branch(top.key, top.value, pivot.right, right));
}

function raisedFromRight<K extends Key, V>(top: Node<K, V>, left: Tree<K, V>, right: Node<K, V>): Node<K, V> {
  if (heightOf(right.right) >= heightOf(right.left)) {
    return branch(right.key, right.value, branch(top.key, top.value, left, right.left), right.right);
  }
  const pivot = right.left!;
  const below = branch(right.key, right.value, pivot.right, right.right);
  return branch(pivot.key, pivot.value, branch(top.key, top.value, left, pivot.left), below);
}

function walk<K extends Key, V>(tree: Tree<K, V>, visit: (value: V, key: K) => void): void {
  if (tree === null) return;
  walk(tree.left, visit);
  visit(tree.value, tree.key);
  walk(tree.right, visit);
}
