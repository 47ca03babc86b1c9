// The abstract places between which descriptors and functions flow: locals, results, fields by type, globals. One node each.
import type { LinkedFunction } from '../link/link.js';

export type Node =
  /** A local, or with `#n` one of its assignments; a parameter's node holds what callers give. */
  | { readonly kind: 'local'; readonly id: string; readonly fn: LinkedFunction; readonly name: string }
  /** What a function stores through a pointer parameter: its callers see it in what they lent. */
  | { readonly kind: 'stored'; readonly id: string; readonly fn: LinkedFunction; readonly name: string }
  | { readonly kind: 'temp'; readonly id: string; readonly fn: LinkedFunction; readonly temp: number }
  | { readonly kind: 'return'; readonly id: string; readonly fn: LinkedFunction }
  /** The field of a type, in all its objects; the type is `?` where it is not known. */
  | { readonly kind: 'field'; readonly id: string; readonly base: string; readonly field: string }
  | { readonly kind: 'global'; readonly id: string; readonly file: string | null; readonly name: string };

/** Makes each node once. */
export class Nodes {
  private readonly known = new Map<string, Node>();

  local(fn: LinkedFunction, name: string): Node {
    const id = `${fn.id}/${name}`;
    return this.known.get(id) ?? this.keep({ kind: 'local', id, fn, name });
  }

  stored(fn: LinkedFunction, name: string): Node {
    const id = `${fn.id}/*${name}`;
    return this.known.get(id) ?? this.keep({ kind: 'stored', id, fn, name });
  }

  temp(fn: LinkedFunction, temp: number): Node {
    const id = `${fn.id}/$${temp}`;
    return this.known.get(id) ?? this.keep({ kind: 'temp', id, fn, temp });
  }

  returned(fn: LinkedFunction): Node {
    const id = `${fn.id}/@return`;
    return this.known.get(id) ?? this.keep({ kind: 'return', id, fn });
  }

  field(base: string, field: string): Node {
    const id = `${base}.${field}`;
    return this.known.get(id) ?? this.keep({ kind: 'field', id, base, field });
  }

  global(file: string | null, name: string): Node {
    const id = `${file ?? ''}//${name}`;
    return this.known.get(id) ?? this.keep({ kind: 'global', id, file, name });
  }

  private keep(node: Node): Node {
    this.known.set(node.id, node);
    return node;
  }
}
