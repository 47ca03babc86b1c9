// Which functions of a preprocessed C file the driver can call: those whose parameter list is one of the entries.
import type { Entry } from '../scenario.js';

export interface Callable {
  readonly name: string;
  readonly entry: Entry;
  /** The functions of the file that it names itself or through others: what may run when it is called. */
  readonly reaches: ReadonlySet<string>;
}

/** The entries as architecture.md writes them. */
export const entryParameters: Readonly<Record<Entry, string>> = {
  handler: '(int ep, int fd, char *buf, int n)',
  turn: '(int *fds, int count)',
  loop: '(int *fds, int count, int stop)',
  server: '(int listener, int stop)',
  object: '(void)',
};

/** All callable functions of the file in the output of the preprocessor; those of headers are left out. */
export function callables(preprocessed: string, file: string): readonly Callable[] {
  const all = new Map(definitions(ownLines(preprocessed, file)).map((one) => [one.name, one]));
  return [...all.values()].flatMap((one) => {
    const entry = entryOf(one.name, one.parameters);
    return entry === null ? [] : [{ name: one.name, entry, reaches: reached(one, all) }];
  });
}

function reached(from: Definition, all: ReadonlyMap<string, Definition>): ReadonlySet<string> {
  const names = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [name] of next.body.matchAll(/[A-Za-z_]\w*/gu)) {
      const named = all.get(name);
      if (named === undefined || names.has(name)) continue;
      names.add(name);
      open.push(named);
    }
  }
  return names;
}

/** Only what the line markers ascribe to the file itself. */
function ownLines(preprocessed: string, file: string): string {
  let own = false;
  const lines: string[] = [];
  for (const line of preprocessed.split('\n')) {
    const marker = /^# \d+ "((?:[^"\\]|\\.)*)"/u.exec(line);
    if (marker !== null) own = marker[1]?.replaceAll(/\\(.)/gu, '$1') === file;
    else if (own && !line.startsWith('#')) lines.push(line);
  }
  return lines.join('\n');
}

interface Definition {
  readonly name: string;
  readonly parameters: string;
  readonly body: string;
}

/** Function definitions at depth zero; strings are blanked first, so that their braces do not count. */
function definitions(text: string): readonly Definition[] {
  const plain = text.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gu, (literal) => ' '.repeat(literal.length));
  const found: Definition[] = [];
  let depth = 0;
  let start = 0;
  let open = 0;
  for (let at = 0; at < plain.length; at += 1) {
    const character = plain[at];
    if (character === '{') {
      if (depth === 0) open = at;
      depth += 1;
    } else if (character === '}') {
      depth = Math.max(0, depth - 1);
      if (depth > 0) continue;
      const head = /([A-Za-z_]\w*)\s*\(([^()]*)\)\s*$/u.exec(plain.slice(start, open));
      const [, name, parameters] = head ?? [];
      if (name !== undefined && parameters !== undefined) found.push({ name, parameters, body: plain.slice(open, at) });
      start = at + 1;
    } else if (character === ';' && depth === 0) {
      start = at + 1;
    }
  }
  return found;
}

const integer = /^(?:int|unsigned|unsigned int|size_t|ssize_t|long|unsigned long)$/u;
const bytes = /^(?:char|unsigned char|uint8_t|void) ?\*$/u;
const numbers = /^int ?\*$/u;

const shapes: readonly (readonly [Entry, readonly RegExp[], readonly RegExp[]])[] = [
  ['handler', [integer, integer, bytes, integer], [/ep|poll/iu, /fd|sock|conn|client/iu]],
  ['turn', [numbers, integer], []],
  ['loop', [numbers, integer, integer], [/./u, /./u, /stop|quit|end|wake/iu]],
  ['server', [integer, integer], [/l|sock|srv|server|fd/iu, /stop|quit|end|wake/iu]],
  ['object', [], []],
];

function entryOf(name: string, parameters: string): Entry | null {
  if (name.startsWith('mux_lint_')) return null;
  const list = parameters.trim() === 'void' || parameters.trim() === '' ? [] : parameters.split(',').map(parameter);
  const shape = shapes.find(
    ([, types]) => types.length === list.length && types.every((type, at) => type.test(list[at]?.type ?? '')),
  );
  if (shape === undefined) return null;
  // Two integers may mean anything: outside of fixtures the names have to agree as well.
  const named = shape[2].every((pattern, at) => pattern.test(list[at]?.name ?? ''));
  return named || /^(?:bad|good)_/u.test(name) ? shape[0] : null;
}

function parameter(text: string): { readonly type: string; readonly name: string } {
  const words = text
    .replaceAll(/\b(?:const|register|restrict|__restrict|volatile)\b/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const array = /^(.*?)\s*\b([A-Za-z_]\w*)\s*\[[^\]]*\]$/u.exec(words);
  if (array?.[1] !== undefined) return { type: `${array[1]} *`, name: array[2] ?? '' };
  const split = /^(.*?[\s*])\s*([A-Za-z_]\w*)$/u.exec(words);
  if (split?.[1] === undefined) return { type: words, name: '' };
  return { type: split[1].trim(), name: split[2] ?? '' };
}
