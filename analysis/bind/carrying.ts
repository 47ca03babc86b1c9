// Which places can hold a descriptor, and which a function, by their types.
import type { Type } from '../facts/facts.js';
import type { Index } from '../link/link.js';
import type { Node } from './node.js';

/** What a question about a place is after. */
export type Wanted = 'descriptor' | 'function';

/** Pointers to structures and texts hold neither, and most of what flows in a program is such. */
export function carries(node: Node, wanted: Wanted, index: Index): boolean {
  if (node.kind === 'field' && SYSTEM.test(node.base)) return false;
  const type = typeOfNode(node, index);
  if (type === null) return true;
  return wanted === 'descriptor' ? carriesDescriptor(type, index) : carriesFunction(type, index);
}

/** Structures of the C library, whose definitions are in no tree: times, sizes and addresses. */
const SYSTEM =
  /^struct (?:timeval|timespec|itimer(?:val|spec)|tm|tms|stat(?:fs|vfs|64)?|iovec|msghdr|mmsghdr|sockaddr\w*|in6?_addr|addrinfo|hostent|ifreq|ifconf|ifaddrs|rusage|rlimit|passwd|group|dirent|termios|winsize|utsname|linger|inotify_event|signalfd_siginfo|utimbuf|tcp_info|ucred)$/;

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
  /^(?:struct|union|enum) |^(?:const |volatile )*(?:(?:unsigned |signed )?char|short|double|float|FILE|fd_set|sigset_t|DIR|bool|_Bool|s?size_t|u?int(?:8|16|64|max)_t|(?:off|off64|loff|time|clock|clockid|pid|uid|gid|id|mode|dev|ino|nlink|blkcnt|blksize|sa_family|in_port|in_addr|socklen|useconds|suseconds|cc|speed|tcflag|wchar|ptrdiff|pthread_\w+)_t|va_list|jmp_buf|sigjmp_buf)$/;

function carriesDescriptor(type: Type, index: Index): boolean {
  if (type.isFunction) return false;
  if (NUMBER.test(type.base)) return type.pointers + type.dimensions.length <= 2;
  if (NEVER.test(type.base)) return false;
  // The name of a type that is not in the tree: a socket's by value, somebody's structure by pointer.
  return type.pointers === 0 && index.fields(type.base) === null;
}

/** Pointers to functions, pointers of no type, and types that are not in the tree. */
function carriesFunction(type: Type, index: Index): boolean {
  if (type.isFunction || type.base === '?') return true;
  if (/^(?:const |volatile )*void$/.test(type.base)) return type.pointers + type.dimensions.length > 0;
  if (NUMBER.test(type.base) || NEVER.test(type.base)) return false;
  return index.fields(type.base) === null;
}

/** Numbers of these types are compared and counted, and nobody keeps a descriptor in them. */
const QUANTITY = /^(?:const |volatile )*(?:unsigned long|long unsigned|uintptr_t)(?: int)?$/;

/** A value of this type may be a descriptor: an integer, or something of which no type is known. */
export function isDescriptorType(type: Type): boolean {
  if (type.base === '?') return true;
  if (type.pointers > 0 || type.dimensions.length > 0 || type.isFunction || QUANTITY.test(type.base)) return false;
  return NUMBER.test(type.base) || !NEVER.test(type.base);
}
