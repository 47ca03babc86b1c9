// `/* mux-lint-allow RULE: reason */`: on the line, on the line above, or before a function for all of it.
// What is allowed without a reason is not allowed, and what allows nothing is told; both are findings of their own.
import { cut, type Chunk } from '../analysis/text/chunk.js';
import type { Finding, Gap } from '../analysis/finding.js';
import type { SourceFile } from '../analysis/lint.js';
import { meant } from './closest.js';
import { comments, type Comment } from './comments.js';
import { linesOf, type Lines } from './lines.js';

export interface Allowed {
  readonly finding: Finding;
  readonly reason: string;
}

export interface AfterAllows {
  readonly findings: readonly Finding[];
  readonly allowed: readonly Allowed[];
}

/** Takes the findings of one file; the gaps say where nothing could be found, so that silence there proves nothing. */
export function applyAllows(
  file: SourceFile,
  findings: readonly Finding[],
  gaps: readonly Gap[],
  ruleIds: readonly string[],
): AfterAllows {
  if (!file.text.includes('mux-lint-allow')) return { findings, allowed: [] };
  const lines = linesOf(file.text);
  const chunks = cut(file.text).filter(({ kind }) => kind === 'code');
  const allows = comments(file.text).flatMap((comment) => allowsOf(comment, file, lines, chunks));
  const effective = allows.filter(({ reason, rule }) => reason !== '' && ruleIds.includes(rule));
  const used = new Set<Allow>();
  const kept: Finding[] = [];
  const allowed: Allowed[] = [];
  for (const finding of findings) {
    const matching = effective.filter((allow) => allow.rule === finding.rule && touches(allow, finding));
    for (const allow of matching) used.add(allow);
    if (matching[0] === undefined) kept.push(finding);
    else allowed.push({ finding, reason: matching[0].reason });
  }
  const complaints = allows.flatMap((allow) => {
    const unseen = gaps.some((gap) => touches(allow, gap));
    return complaint(allow, file, lines, used.has(allow) || unseen, ruleIds);
  });
  return { findings: [...kept, ...complaints], allowed };
}

interface Allow {
  readonly rule: string;
  readonly reason: string;
  readonly comment: Comment;
  readonly scope: Scope;
  readonly function: string | null;
}

/** Lines, both included. */
interface Scope {
  readonly first: number;
  readonly last: number;
}

function touches({ scope }: Allow, { range }: { readonly range: Finding['range'] }): boolean {
  return range.start.line <= scope.last && range.end.line >= scope.first;
}

function allowsOf(comment: Comment, file: SourceFile, lines: Lines, chunks: readonly Chunk[]): readonly Allow[] {
  const found = /^mux-lint-allow\b\s*([^:]*)(?::\s*(.*))?$/.exec(comment.text);
  if (found === null) return [];
  const [, names = '', reason = ''] = found;
  const scope = scopeOf(comment, file.text, lines, chunks);
  const inside = chunks.find((chunk) => chunk.start <= comment.start && comment.start < chunk.end);
  // Without its colon the reason runs into the rule's name; the first word is the rule.
  const rules = names
    .split(',')
    .map((name) => name.trim().split(' ')[0] ?? '')
    .filter((name, index) => name !== '' || index === 0);
  const holder = inside === undefined ? null : functionName(file.text.slice(inside.start, inside.end));
  return rules.map((rule) => ({ rule, reason: reason.trim(), comment, scope, function: holder }));
}

function scopeOf(comment: Comment, text: string, lines: Lines, chunks: readonly Chunk[]): Scope {
  const first = lines.position(comment.start).line;
  const last = lines.position(comment.end).line;
  const before = text.slice(text.lastIndexOf('\n', comment.start - 1) + 1, comment.start);
  const after = text.slice(comment.end, lineEnd(text, comment.end));
  const isAlone = before.trim() === '' && withoutComments(after) === '';
  if (!isAlone && before.trim() !== '') return { first, last };
  if (!isAlone) return { first: last, last };
  const next = nextCode(text, comment.end);
  const target = lines.position(next).line;
  const inside = chunks.some((chunk) => chunk.start < comment.start && comment.start < chunk.end);
  const item = inside ? undefined : chunks.find((chunk) => chunk.start === next);
  return { first: target, last: item === undefined ? target : lines.position(item.end - 1).line };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function withoutComments(line: string): string {
  return line.replace(/\/\*.*?\*\/|\/\/.*/g, '').trim();
}

/** The offset of the first code after white space and further comments. */
function nextCode(text: string, from: number): number {
  const trivia = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*/y;
  trivia.lastIndex = from;
  trivia.exec(text);
  return trivia.lastIndex;
}

/** The word before the first parenthesis of an item. */
function functionName(item: string): string | null {
  return /^[^({;=]*?([A-Za-z_]\w*)\s*\(/.exec(item)?.[1] ?? null;
}

function complaint(
  allow: Allow,
  file: SourceFile,
  lines: Lines,
  isUsed: boolean,
  ruleIds: readonly string[],
): readonly Finding[] {
  const { rule, comment } = allow;
  const about = { comment, file, lines, function: allow.function };
  if (rule !== '' && !ruleIds.includes(rule)) {
    const message = `there is no rule '${rule}'${meant(rule, ruleIds)}`;
    return [finding('unused-allow', message, 'name a rule that exists, or delete the comment', about)];
  }
  if (rule === '' || allow.reason === '') {
    const message =
      rule === '' ? 'the comment allows no rule' : `'${rule}' is allowed without a reason, so it is not allowed`;
    const form = `write 'mux-lint-allow ${rule === '' ? 'RULE' : rule}: reason'`;
    return [finding('allow-without-reason', message, form, about)];
  }
  if (isUsed) return [];
  return [finding('unused-allow', `nothing here breaks '${rule}'`, 'delete the comment', about)];
}

interface About {
  readonly comment: Comment;
  readonly file: SourceFile;
  readonly lines: Lines;
  readonly function: string | null;
}

function finding(rule: string, message: string, hint: string, { comment, file, lines, ...about }: About): Finding {
  return {
    rule,
    severity: 'warning',
    file: file.path,
    range: lines.range(comment.start, comment.end),
    function: about.function,
    message,
    hint,
    assumes: null,
    notes: [],
    specimen: { api: 'none', kind: 'unknown', nonblocking: null, mask: null, calls: [], assumed: [] },
    fix: null,
    statement: comment.text,
  };
}
