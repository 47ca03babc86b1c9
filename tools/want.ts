// The grammar of expectations in fixtures: `// VERB RULE [+N] [at "exact source text"] ["part of the message"]`.
// and `// gap [+N] "part of the reason"`, which speaks of no rule.
// A comment at the end of a line speaks of that line; a comment alone on its line speaks of the next line of code.
import type { SourceFile } from '../analysis/lint.js';

export type Verb = 'want' | 'note' | 'missing' | 'spurious';

export interface Expectation {
  readonly verb: Verb;
  readonly rule: string;
  readonly file: string;
  /** The line that is spoken of, and the line of the comment itself. */
  readonly line: number;
  readonly writtenOn: number;
  /** Exact text of the first line of the range; null when any will do. */
  readonly at: string | null;
  readonly part: string | null;
  /** Why it is not found yet, or found although it should not be. */
  readonly reason: string;
}

/** Something that the engine must say it has given up on. */
export interface ExpectedGap {
  readonly file: string;
  readonly line: number;
  readonly writtenOn: number;
  readonly part: string;
}

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Wants {
  readonly expectations: readonly Expectation[];
  readonly gaps: readonly ExpectedGap[];
  /** Comments that mean to be expectations and are not understood. */
  readonly problems: readonly Problem[];
}

/** A sentence that happens to begin with one of the verbs ("note that …") is prose, unless it goes on like an expectation. */
export function readWants(source: SourceFile, rules: ReadonlySet<string>): Wants {
  const lines = source.text.split('\n').map((line) => line.replace(/\r$/, ''));
  const expectations: Expectation[] = [];
  const gaps: ExpectedGap[] = [];
  const problems: Problem[] = [];
  lines.forEach((text, index) => {
    const written = { file: source.path, writtenOn: index + 1 };
    const first = isCommentOnly(text) ? nextLineOfCode(lines, index + 1) : written.writtenOn;
    for (const comment of comments(text)) {
      const [, down = '0', quoted] = GAP.exec(comment) ?? [];
      if (quoted !== undefined) gaps.push({ ...written, line: first + Number(down), part: unescape(quoted) });
      const head = HEAD.exec(comment);
      const [whole, verb, rule] = head ?? [];
      if (whole === undefined || !isVerb(verb) || rule === undefined) continue;
      const rest = readRest(comment.slice(whole.length));
      if (!rules.has(rule) && !rule.includes('-') && rest.at === null && rest.part === null) continue;
      const expectation = { verb, rule, ...written, line: first + rest.down, ...rest };
      const wrong = fault(expectation, rules, lines.length);
      if (wrong === null) expectations.push(expectation);
      else problems.push({ file: source.path, line: written.writtenOn, message: wrong });
    }
  });
  return { expectations, gaps, problems };
}

/** The line as its author wrote it for people. */
export function withoutExpectation(line: string): string {
  return line.replace(
    /\s*\/\/\s*(?:(?:want|note|missing|spurious)\s+[a-z][a-z0-9-]*(?:\s+(?:\+\d|at\s+"|").*)?|gap\s+(?:\+\d+\s+)?".*)$/,
    '',
  );
}

const GAP = /^gap\s+(?:\+(\d+)\s+)?"((?:[^"\\]|\\.)*)"$/;
const HEAD = /^(\w+)\s+([a-z][a-z0-9-]*)(?=\s|$)/;

function isVerb(word: string | undefined): word is Verb {
  return word === 'want' || word === 'note' || word === 'missing' || word === 'spurious';
}

/** What follows each `//` of a line; one line may hold several expectations. */
function comments(line: string): readonly string[] {
  const start = line.search(/\/\/\s*(want|note|missing|spurious|gap)\s/);
  if (start < 0) return [];
  return line
    .slice(start)
    .split(/\/\/(?=\s*(?:want|note|missing|spurious|gap)\s)/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
}

function readRest(text: string): { down: number; at: string | null; part: string | null; reason: string } {
  let rest = text.trim();
  const take = (pattern: RegExp): string | null => {
    const found = pattern.exec(rest);
    if (!found) return null;
    rest = rest.slice(found[0].length).trim();
    return found[1] ?? null;
  };
  const down = Number(take(/^\+(\d+)(?=\s|$)/) ?? 0);
  const at = take(/^at\s+"((?:[^"\\]|\\.)*)"/);
  const part = take(/^"((?:[^"\\]|\\.)*)"/);
  return { down, at: at && unescape(at), part: part && unescape(part), reason: rest };
}

/** Only the quote and the backslash need an escape. */
function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

function isCommentOnly(line: string): boolean {
  return line.trimStart().startsWith('//');
}

function nextLineOfCode(lines: readonly string[], from: number): number {
  for (let index = from; index < lines.length; index++) {
    const text = lines[index] ?? '';
    if (text.trim() !== '' && !isCommentOnly(text)) return index + 1;
  }
  return lines.length + 1;
}

function fault(expectation: Expectation, rules: ReadonlySet<string>, lineCount: number): string | null {
  const { verb, rule, at, part, reason, line } = expectation;
  if (!rules.has(rule)) return `there is no rule '${rule}'`;
  if (line > lineCount) return `'${verb} ${rule}' speaks of a line after the end of the file`;
  if (verb === 'want' && at === null && part === null)
    return `'want ${rule}' needs 'at "text"' or a part of the message`;
  if ((verb === 'want' || verb === 'note') && reason !== '')
    return `'${verb} ${rule}' is followed by '${reason}', which means nothing`;
  if ((verb === 'missing' || verb === 'spurious') && reason === '' && part === null)
    return `'${verb} ${rule}' must say why`;
  return null;
}
