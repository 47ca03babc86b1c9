// Globs for paths: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`. The shell's meaning, and no more.

export interface Glob {
  /** The folder in which everything that can match lies. */
  readonly base: string;
  /** Whether the pattern itself says how a file's name ends. */
  readonly namesEnding: boolean;
  matches(path: string): boolean;
}

export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** Paths are matched as they are written, with `/` between names. */
export function glob(pattern: string): Glob {
  const clean = pattern.replace(/^(?:\.\/)+/, '').replace(/\/{2,}/g, '/');
  const names = clean.split('/');
  const fixed = names.slice(
    0,
    names.findIndex((name) => isGlob(name)),
  );
  const base = fixed.join('/');
  const expression = new RegExp(`^${names.map(nameSource).join('')}$`, 'u');
  return {
    base: base === '' ? (clean.startsWith('/') ? '/' : '.') : base,
    namesEnding: /\.[^*?/]+$/.test(clean),
    matches: (path) => expression.test(path.replace(/^(?:\.\/)+/, '')),
  };
}

function nameSource(name: string, index: number, names: readonly string[]): string {
  const last = index === names.length - 1;
  if (name === '**') return last ? '.*' : '(?:[^/]+/)*';
  return `${source(name)}${last ? '' : '/'}`;
}

function source(name: string): string {
  let out = '';
  let depth = 0;
  for (let i = 0; i < name.length; i++) {
    const character = name.charAt(i);
    const set = character === '[' ? /^\[[!^]?\]?[^\]]+\]/.exec(name.slice(i))?.[0] : undefined;
    if (set !== undefined) {
      const negated = /^\[[!^]/.test(set);
      out += `[${negated ? '^/' : ''}${set.slice(negated ? 2 : 1, -1).replace(/[\\\][]/g, '\\$&')}]`;
      i += set.length - 1;
    } else if (character === '*') out += '[^/]*';
    else if (character === '?') out += '[^/]';
    else if (character === '{' && name.includes('}', i)) {
      out += '(?:';
      depth++;
    } else if (character === '}' && depth > 0) {
      out += ')';
      depth--;
    } else if (character === ',' && depth > 0) out += '|';
    else out += character.replace(/[\\^$.*+?()[\]{}|/-]/g, (one) => (one === '-' ? one : `\\${one}`));
  }
  return out + ')'.repeat(depth);
}
