// Which places can hold a descriptor or a function, by their types.
import type { Type } from './facts.js';
import type { Index } from './link.js';
import type { Node } from './node.js';

export function carriesSources(node: Node, index: Index): boolean {
  const type = typeOfNode(node, index);
  return type === null || canCarry(type, index);
}

/** The declared type; null where none is known. */
function typeOfNode(node: Node, index: Index): Type | null {
  switch (node.kind) {
    case 'local':
    case 'stored': {
      const name = node.name.replace(/#\d+$/, '');
      const local = node.fn.facts.locals.get(name);
      return local ? index.resolve(local.type, node.fn.facts.file) : null;
    }
    case 'return':
      return index.resolve(node.fn.facts.returns, node.fn.facts.file);
    case 'field': {
      const field = index.fields(node.base)?.find(({ name }) => name === node.field);
      return field ? index.resolve(field.type) : null;
    }
    case 'global': {
      const variable = index.variableNamed(node.name, node.file ?? '');
      return variable ? index.resolve(variable.type, variable.file) : null;
    }
    case 'temp':
      return null;
  }
}

/** Numbers that are used for descriptors, and pointers of no type, in which they are handed to threads. */
const NUMBER = /^(?:const |volatile |unsigned |signed )*(?:int|unsigned|long|void|\?|u?int32_t|u?intptr_t)$/;
const NEVER =
  /^(?:struct|union|enum) |^(?:const |volatile )*(?:(?:unsigned |signed )?char|short|double|float|FILE|fd_set|sigset_t|DIR|bool|_Bool|s?size_t|u?int(?:8|16|64)_t|pthread_\w+)$/;

function canCarry(type: Type, index: Index): boolean {
  if (type.isFunction) return true;
  if (NUMBER.test(type.base)) return type.pointers + type.dimensions.length <= 2;
  if (NEVER.test(type.base)) return false;
  // The name of a type that is not in the tree: a socket's by value, somebody's structure by pointer.
  return type.pointers === 0 && index.fields(type.base) === null;
}

/** A value of this type may be a descriptor: an integer, or something of which no type is known. */
export function isDescriptorType(type: Type): boolean {
  if (type.base === '?') return true;
  if (type.pointers > 0 || type.dimensions.length > 0 || type.isFunction) return false;
  return NUMBER.test(type.base) || !NEVER.test(type.base);
}
